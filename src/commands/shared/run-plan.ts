import { certain } from '../../core/certain.ts'
import { isStricter } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import type { Approved } from '../../core/guard/guard.ts'
import type { State } from '../../core/migration/state.ts'
import { type Plan, squashNotes } from '../../core/plan/plan.ts'
import type { Report } from '../../core/report.ts'
import type { Connection } from '../../postgres/driver/connect.ts'
import { raiseMark } from '../../postgres/tracking/mark.ts'
import { recordSquashes } from '../../postgres/tracking/squash.ts'
import { backupFirst, meansInProduction, restoreLine } from './backup-first.ts'
import type { RunPart } from './brief-run.ts'
import { confirmAll } from './confirm-run.ts'
import { type Context, type Look, look } from './context.ts'
import type { RunResult } from './migrate-results.ts'
import { perform, type RunFlags } from './perform-run.ts'
import { irreversibleAfter, nothingToDo, prepareOn, type RunKind, waitingAfter } from './prepare-run.ts'
import { ReusableConnection } from './reusable-connection.ts'
import { tellUnknownNames } from './tell-unknown-names.ts'

/** Looks, plans, asks, and only then locks and runs: nobody waits for a lock while a human thinks. */
export function run(context: Context, kind: RunKind, flags: RunFlags): Promise<RunResult> {
  return runTogether(context, () => [kind], flags)
}

/**
 * Several runs, one after the other, that are one thing to whoever asks for it: all are looked at, and all is asked,
 * before the first one runs.
 * @param kindsOf from the state as it is before the first; the question is that of the first.
 */
export function runTogether(
  context: Context,
  kindsOf: (state: State) => readonly [RunKind, ...RunKind[]],
  flags: RunFlags,
): Promise<RunResult> {
  return look(context, async (connection, found) => {
    tellUnknownNames(context, found.state)
    const [kind, ...others] = kindsOf(found.state)
    const first = { kind, prepared: await prepareOn(context, connection, found, kind) }
    const { plan } = first.prepared
    if (plan.steps.length === 0 && plan.action !== 'fresh') {
      if (plan.action === 'up') await settle(context, connection, found, first, flags)
      return nothingToDo(first.prepared)
    }
    const parts: [RunPart, ...RunPart[]] = [first]
    for (const other of others)
      parts.push({ kind: other, prepared: await prepareOn(context, connection, found, other) })
    // fresh is never allowed there: the guard says so next.
    const means = plan.action === 'fresh' ? null : await meansInProduction(context, flags.noBackup === true)
    const reusable = new ReusableConnection(connection)
    const approved = await confirmAll({ ...context, ask: reusable.closedBefore(context.ask) }, parts, means !== null)
    if (means) await reusable.close()
    const taken = means && (await backupFirst(context, means, flags))
    const copied = plan.action === 'up' ? null : await keepCopy(context, first, reusable)
    const began = context.now()
    const running = performAll(context, parts, approved, flags, reusable.open)
    const report = await running
      .catch(async (error) => {
        if (copied !== null) await afterFailure(context, first, error, copied)
        throw error
      })
      .finally(() => {
        if (taken) context.tell(`To restore the database as it was before: ${restoreLine(context, taken)}`)
      })
    if (copied !== null) context.tell(undoLine)
    const last = parts.at(-1)?.prepared ?? first.prepared
    return {
      kind: 'run',
      ...report,
      database: first.prepared.database,
      ...waitingAfter(last),
      ...irreversibleAfter(last),
      durationMs: context.now() - began,
    }
  })
}

const undoLine = 'To bring back what was there: nself db undo'

/** Says how to come back to the copy; one of a DOWN that changed nothing goes. */
async function afterFailure(context: Context, { prepared }: RunPart, error: unknown, copy: string): Promise<void> {
  if (hasChanged(error)) return context.tell(undoLine)
  if (prepared.plan.action !== 'down') return
  const { dropUndoCopy } = await import('../../postgres/databases/undo.ts')
  // The error is what is to be told; a copy that stays is harmless.
  await dropUndoCopy(prepared.server, copy, context.signal).catch(() => {})
}

/** Whether a run that failed has done something all the same; where nobody knows, it may have. */
function hasChanged(error: unknown): boolean {
  if (!(error instanceof NselfError)) return true
  const { report } = error
  if (report?.kind !== 'run') return error.code === 'connection' || error.code === 'interrupted'
  return report.steps.some(({ outcome, partly }) => outcome === 'done' || partly === true)
}

/** The name of a copy of a local database to come back to, of which nobody may use the connection. */
async function keepCopy(
  context: Context,
  { kind, prepared }: RunPart,
  reusable: ReusableConnection,
): Promise<string | null> {
  const { environment, keepsUndoCopies } = context.settings
  if (environment !== 'local' || !keepsUndoCopies) return null
  await reusable.close()
  const { copyFirst } = await import('./copy-first.ts')
  return copyFirst(context, prepared.server, kind.command ?? `db migrate ${prepared.plan.action}`)
}

async function performAll(
  context: Context,
  parts: readonly RunPart[],
  approved: readonly Approved<Plan>[],
  flags: RunFlags,
  open: Connection | null,
): Promise<Report> {
  const reports: Report[] = []
  for (const [i, { kind, prepared }] of parts.entries()) {
    const before = reports.at(-1)
    const connection = before === undefined ? open : null
    const running = perform(context, prepared, certain(approved[i]), kind, flags, connection).finally(async () => {
      if (prepared.plan.action !== 'down' || context.signal.aborted) return
      await (await import('./forget-seeds.ts')).forgetSeedsOfGoneTables(context, prepared.server)
    })
    const report = await running.catch((error) => {
      throw before !== undefined && error instanceof NselfError ? afterFirst(error, before, kind) : error
    })
    reports.push(report)
  }
  return { ...certain(reports.at(-1)), steps: reports.flatMap(({ steps }) => steps) }
}

/** What stopped a later run, said with what the one before it has done and what to type for the rest of it. */
function afterFirst(error: NselfError, { action, steps }: Report, { command = 'db migrate up' }: RunKind): NselfError {
  const names = steps.map(({ name }) => name).join(', ')
  const done = `${names} ${steps.length === 1 ? 'is' : 'are'} ${action === 'down' ? 'reverted' : 'applied'}`
  const next = error.code === 'refused' ? error.hint : `once the cause is fixed: nself ${command}`
  return error.with({ hint: `${done}${next === undefined ? '' : `; ${next}`}` })
}

/** Nothing is to be run, so nothing is asked: what is to be remembered is remembered all the same. */
async function settle(
  context: Context,
  connection: Connection,
  found: Look,
  { kind, prepared: { plan } }: RunPart,
  { lockWaitMs }: RunFlags,
): Promise<void> {
  if (kind.leavesMark !== true) await rememberEnvironment(context, connection, found)
  const notes = squashNotes(plan)
  if (notes.length === 0 || found.history.facts.readOnly) return
  const { environment } = context.settings
  await recordSquashes(found.server, plan, { ...context, environment, waitMs: lockWaitMs })
  for (const note of notes) context.tell(`Note: ${note}`)
}

/** A stricter environment than the mark says. */
async function rememberEnvironment(context: Context, { client }: Connection, { history }: Look): Promise<void> {
  const { environment } = context.settings
  const { markedAs, readOnly } = history.facts
  if (markedAs === null || readOnly || !isStricter(environment, markedAs)) return
  await raiseMark(client, environment)
  context.tell(`The database was marked ${markedAs}; it is now marked ${environment}`)
}
