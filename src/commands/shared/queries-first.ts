import type { CheckFinding } from '../../core/check/finding.ts'
import { NselfError } from '../../core/errors.ts'
import type { Migration } from '../../core/migration/migration.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Recording } from '../../core/queries/recording.ts'
import { hasRecordings, readRecordings } from '../../project/queries.ts'
import type { Context, Look } from './context.ts'
import type { ProbedPlan } from './probe-first.ts'

/** In ms, with the replay of what comes before: a person waits. */
const patience = 20_000

const nothing: ProbedPlan = { items: [], lines: [] }

/** By its words a statement after which a query may fail or return something else; what only adds tables and indexes is none. */
const mayBreak = /\b(?:alter|drop|rename|replace|execute|perform|do|unique)\b/i

/**
 * Says which queries of the running release a plan breaks, before staging or production is asked: on a scratch database,
 * and only where queries are recorded. That it cannot be said stops nothing.
 * @throws NselfError where the command is interrupted.
 */
export async function queriesFirst(context: Context, found: Look, plan: Plan): Promise<ProbedPlan> {
  const { environment, migrationsDir, cwd } = context.settings
  if (environment === 'local' || plan.action !== 'up' || !hasRecordings(migrationsDir)) return nothing
  const pending = plan.steps.flatMap(({ kind, file }) => (kind === 'migration' && file !== null ? file : []))
  if (!pending.some(({ up }) => up.kind === 'held' && mayBreak.test(up.sql))) return nothing
  const limit = AbortSignal.timeout(patience)
  const limited = { ...context, signal: AbortSignal.any([context.signal, limit]) }
  try {
    context.progress('preparing what the running release asks')
    return told(await findingsOf(limited, found, pending, readRecordings(migrationsDir, cwd)))
  } catch (error) {
    if (context.signal.aborted || !(error instanceof Error)) throw error
    const why = limit.aborted ? `it takes longer than ${patience / 1000} s` : error.message
    context.tell(
      `Note: whether queries of the running release break was not checked: ${why}; to check it: nself db check --only queries`,
    )
    return nothing
  }
}

async function findingsOf(
  context: Context,
  { server, state }: Look,
  pending: readonly Migration[],
  recordings: readonly Recording[],
): Promise<CheckFinding[]> {
  const { queriesAround } = await import('./queries-around.ts')
  const missing = state.entries.find(({ status }) => status === 'missing')
  if (missing !== undefined) throw new NselfError('conflict', `the file of ${missing.name} is missing here`)
  const runs = new Set(pending)
  const files = state.entries.flatMap(({ file, status }) =>
    file !== null && (status !== 'pending' || runs.has(file)) ? file : [],
  )
  return queriesAround(context, { live: server, files, wanted: runs, recordings })
}

function told(findings: readonly CheckFinding[]): ProbedPlan {
  const items = findings
    .filter(({ severity }) => severity !== 'note')
    .map(({ migration, place, message, evidence }) => ({
      step: migration,
      place,
      what: [message.replace(/^(?:UP|after UP) /, ''), ...evidence.slice(0, 1)].join(': '),
    }))
  return {
    items: items.map(({ step, place, what }) => ({ step, line: place.line, what, rows: null, also: '' })),
    lines: items.map(({ step, place, what }) => `Warning: ${step} ${what} (${place.path}:${place.line})`),
  }
}
