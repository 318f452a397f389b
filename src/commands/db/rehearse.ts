import { certain } from '../../core/certain.ts'
import type { CheckFinding } from '../../core/check/finding.ts'
import { exitStatusOf, NselfError } from '../../core/errors.ts'
import { type Plan, resumes } from '../../core/plan/plan.ts'
import { planUp } from '../../core/plan/up.ts'
import { compareWithLint } from '../../core/rehearse/compare-lint.ts'
import { lockTimes, overLimit, type TableLockTime } from '../../core/rehearse/lock-times.ts'
import { rolesNamedBy } from '../../parsers/postgres/replayable.ts'
import { connect } from '../../postgres/driver/connect.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import { type RehearsedStep, rehearse as runOnCopy } from '../../postgres/rehearse/rehearse.ts'
import { tableSizes } from '../../postgres/rehearse/source.ts'
import { readCheckSettings } from '../../project/check-settings.ts'
import { checkLint } from '../shared/check/lint.ts'
import type { PartFound } from '../shared/check/part-found.ts'
import { type Context, type Look, look } from '../shared/context.ts'
import { type Copied, withCopy } from '../shared/rehearse/copy.ts'
import { type RehearsalSource, type SourceChoice, sourceOf } from '../shared/rehearse/source.ts'
import type { OverLimit, RehearseResult } from '../shared/rehearse-results.ts'

export interface RehearseOptions extends SourceChoice {
  readonly schemaOnly: boolean
  /** For how long a table may be locked, in ms; null for no limit. */
  readonly maxLockMs: number | null
  readonly report: RehearseResult['report']
  /** Consent to end the sessions of others on a local database. */
  readonly endConnections: boolean
}

/**
 * Runs what is pending on a copy, and tells what each statement did there. Changes no database of the user's.
 * @throws NselfError as sourceOf, withCopy and planUp.
 */
export async function rehearse(context: Context, options: RehearseOptions): Promise<RehearseResult> {
  if (options.schemaOnly && options.maxLockMs !== null) {
    throw new NselfError('usage', '--max-lock needs rows, and --schema-only copies none', {
      hint: 'leave out one of them',
    })
  }
  const began = context.now()
  const source = await sourceOf(context, options)
  const plan = planOf(source.found)
  const { schemaOnly, maxLockMs, report } = options
  const result = { ...nothing, source: source.words, schemaOnly, maxLockMs, report }
  if (source.backup === null && plan.steps.length === 0) return result
  const files = plan.steps.flatMap(({ file }) => file ?? [])
  const named = { roles: await rolesNamedBy(files), runAs: files.flatMap(({ up }) => up.role ?? []) }
  return withCopy(context, source, { schemaOnly, named, endConnections: options.endConnections }, async (copied) => {
    // What is pending on the copy: somebody may have applied more while it was made, and a backup has less.
    const onCopyNow = () => Promise.resolve(copied.copy)
    const found = await look(context, async (_, all) => all, onCopyNow)
    const pending = planOf(found)
    if (pending.steps.length === 0) return result
    const told = await onCopy(context, { source, found, copied, plan: pending }, options)
    return { ...result, ...told, durationMs: context.now() - began }
  })
}

const nothing: RehearseResult = {
  kind: 'rehearse',
  report: null,
  source: '',
  copy: null,
  schemaOnly: false,
  migrations: [],
  transactions: [],
  failure: null,
  notRun: [],
  tables: [],
  maxLockMs: null,
  overLimit: [],
  disagreements: [],
  sizes: [],
  leftOut: [],
  durationMs: 0,
  exitStatus: 0,
}

/** All that is pending, whatever number it has. */
const planOf = ({ state }: Look): Plan => planUp(state, { allowOutOfOrder: true })

interface Stage {
  readonly source: RehearsalSource
  readonly found: Look
  readonly copied: Copied
  readonly plan: Plan
}

async function onCopy(context: Context, stage: Stage, options: RehearseOptions) {
  const { copied, plan, source } = stage
  const { work, copy, how } = copied
  const steps = await stepsOf(copied, plan)
  const { progress, signal } = context
  const original = (sql: string) => work.scratch.original(sql)
  const { transactions, failure } = await runOnCopy(copy, steps, { progress, signal, original })
  const { findings, outcome } = await lintOf(context, stage)
  const isWhole = outcome.outcome === 'done' && outcome.reason === null
  const statements = transactions.flatMap((one) => one.statements)
  const tables = lockTimes(transactions)
  const over = options.maxLockMs === null ? [] : overLimit(tables, options.maxLockMs)
  const names = plan.steps.map(({ name }) => name)
  return {
    copy: how,
    migrations: [...new Set(names)],
    transactions,
    failure: failure && {
      migration: failure.migration,
      message: failure.error.message,
      detail: failure.error.detail ?? null,
      location: failure.location ?? null,
    },
    notRun: failure === null ? [] : [...new Set(names)].slice([...new Set(names)].indexOf(failure.migration) + 1),
    tables,
    overLimit: over.map((time) => withAdvice(time, findings)),
    disagreements: compareWithLint(statements, findings, isWhole),
    sizes: options.schemaOnly
      ? await sizesOf(
          source,
          statements.flatMap(({ locks }) => locks),
        )
      : [],
    leftOut: [...work.leftOut],
    exitStatus: failure !== null || over.length > 0 ? exitStatusOf('different') : 0,
  }
}

/** The steps of a plan, without what reaches beyond the copy. */
async function stepsOf({ work }: Copied, { steps }: Plan): Promise<RehearsedStep[]> {
  const written = steps.map(({ file }) => certain(file))
  const made = await work.ready(written)
  return steps.flatMap((step, i): RehearsedStep[] => {
    const file = certain(made[i])
    const section = step.direction === 'up' ? file.up : file.down
    if (section === null) return []
    return [{ file, section, kind: step.kind, done: resumes(step) ? (step.applied?.statementsDone ?? 0) : 0 }]
  })
}

async function lintOf(context: Context, { found, plan, source }: Stage): Promise<PartFound> {
  const { squawk } = await readCheckSettings(context.settings.root, context.settings.cwd)
  const files = found.state.entries.flatMap(({ file }) => file ?? [])
  const wanted = new Set(plan.steps.flatMap(({ kind, file }) => (kind === 'migration' && file !== null ? file : [])))
  const scope = { files, wanted, eachByItself: false, major: source.major }
  const linted = await checkLint(context, scope, squawk)
  return squawk ? linted : { ...linted, outcome: { outcome: 'skipped', reason: null } }
}

const otherwise = 'run it when nobody needs the table, or in steps: a migration for each, batches for rows'

function withAdvice(time: TableLockTime, findings: readonly CheckFinding[]): OverLimit {
  const at = [time.longest, time.by].flatMap(({ place }) =>
    findings.filter(
      (one) =>
        one.migration === place.migration &&
        one.place.line >= place.line &&
        one.place.line <= place.lastLine &&
        one.instead !== '',
    ),
  )
  return { ...time, instead: at[0]?.instead ?? otherwise }
}

async function sizesOf({ server }: RehearsalSource, locks: readonly { readonly table: string }[]) {
  const touched = new Set(locks.map(({ table }) => table))
  const sizes = await withConnection(connect(server, 'nself'), null, tableSizes)
  return sizes.filter(({ table }) => touched.has(table)).sort((a, b) => b.bytes - a.bytes)
}
