import { certain } from '../../core/certain.ts'
import { isStricter } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import { type Action, type Approved, type Ask, approve, approvedOnes, phrase } from '../../core/guard.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { notesOnDown, type Plan } from '../../core/migration/plan.ts'
import { fromBranch } from '../../core/migration/plan-refusals.ts'
import { wholeText } from '../../core/migration/section-text.ts'
import { compare, type State } from '../../core/migration/state.ts'
import type { Report } from '../../core/report.ts'
import { type Connection, disconnect, placeOf, type Server } from '../../postgres/driver/connect.ts'
import { execute } from '../../postgres/run/execute.ts'
import { raiseMark } from '../../postgres/tracking/mark.ts'
import { readStoredDown } from '../../postgres/tracking/stored-down.ts'
import { branchOf } from '../../project/git-branch.ts'
import { readMigrations } from '../../project/migrations.ts'
import { backupFirst, meansInProduction, restoreLine } from './backup-first.ts'
import {
  type Context,
  type Look,
  look,
  refuseHalfDropped,
  refuseLost,
  refuseOtherEnvironment,
  refuseReadOnly,
} from './context.ts'
import { lookAtPlan } from './look-at-plan.ts'
import type { DryRunResult, RunResult } from './migrate-results.ts'
import { tellDriftFirst } from './tell-drift.ts'

export interface RunFlags {
  readonly lockWaitMs: number
  readonly singleTransaction: boolean
  /** In production: the user has taken a backup by other means. */
  readonly noBackup?: boolean
}

export interface RunKind {
  readonly plan: (state: State) => Plan
  /** Says what would happen: `apply 3 migrations to`. */
  readonly summary: (steps: number) => string
  /** What each step does must be known wherever it runs. */
  readonly watchesAll?: boolean
  /** What PostgreSQL cannot parse stops everything before it begins, locally too. */
  readonly parsesFirst?: boolean
  /** What the user types after `nself`; without it `db migrate up`. */
  readonly command?: string
  /** For the guard; without it that of the plan. */
  readonly action?: Action
  readonly before?: (connection: Connection) => Promise<void>
}

/** What is to be run, looked at without any lock. */
export interface Prepared {
  readonly server: Server
  readonly database: string
  readonly plan: Plan
  readonly state: State
  /** How many statements destroy data. */
  readonly dangers: number
}

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
    const [kind, ...others] = kindsOf(found.state)
    const first = { kind, prepared: await assess(context, connection, found, kind) }
    const { plan } = first.prepared
    if (plan.steps.length === 0 && plan.action !== 'fresh') {
      if (plan.action === 'up') await rememberEnvironment(context, connection, found)
      return nothingToDo(first.prepared)
    }
    const parts = [first]
    for (const other of others) parts.push({ kind: other, prepared: await assess(context, connection, found, other) })
    // fresh is never allowed there: the guard says so next.
    const means = plan.action === 'fresh' ? null : await meansInProduction(context, flags.noBackup === true)
    const reusable = new ReusableConnection(connection)
    const approved = await confirmAll({ ...context, ask: reusable.closedBefore(context.ask) }, parts)
    if (means) await reusable.close()
    const taken = means && (await backupFirst(context, means, flags))
    const began = context.now()
    const running = performAll(context, parts, approved, flags, reusable.open)
    const report = await running.finally(() => {
      if (taken) context.tell(`To go back to what was before: ${restoreLine(context, taken)}`)
    })
    return { kind: 'run', ...report, database: first.prepared.database, durationMs: context.now() - began }
  })
}

/** One of the runs that are asked for together. */
interface Part {
  readonly kind: RunKind
  readonly prepared: Prepared
}

async function performAll(
  context: Context,
  parts: readonly Part[],
  approved: readonly Approved<Plan>[],
  flags: RunFlags,
  open: Connection | null,
): Promise<Report> {
  let report: Report | null = null
  for (const [i, { kind, prepared }] of parts.entries()) {
    const before: Report | null = report
    const running = perform(context, prepared, certain(approved[i]), kind, flags, before === null ? open : null)
    report = await running.catch((error) => {
      throw before !== null && error instanceof NselfError ? afterFirst(error, before, kind) : error
    })
  }
  return certain(report ?? undefined)
}

/** What stopped a later run, said with what the one before it has done and what to type for the rest of it. */
function afterFirst(error: NselfError, { action, steps }: Report, { command = 'db migrate up' }: RunKind): NselfError {
  const names = steps.map(({ name }) => name).join(', ')
  const done = `${names} ${steps.length === 1 ? 'is' : 'are'} ${action === 'down' ? 'reverted' : 'applied'}`
  const next = error.code === 'refused' ? error.hint : `once the reason is gone: nself ${command}`
  const { location, server, report, cause } = error
  const hint = `${done}${next === undefined ? '' : `; ${next}`}`
  return new NselfError(error.code, error.message, {
    hint,
    report,
    cause,
    ...(location ? { location } : {}),
    ...(server ? { server } : {}),
  })
}

/** Nothing is to be run, so nothing is asked: but a stricter environment than the mark says is remembered all the same. */
async function rememberEnvironment(context: Context, { client }: Connection, { history }: Look): Promise<void> {
  const { environment } = context.settings
  const { markedAs, readOnly } = history.facts
  if (markedAs === null || readOnly || !isStricter(environment, markedAs)) return
  await raiseMark(client, environment)
  context.tell(`The database was marked ${markedAs}; from now on it is marked ${environment}`)
}

/** The connection that was looked with, to go on with; not while a human thinks or a backup is taken. */
class ReusableConnection {
  open: Connection | null

  constructor(connection: Connection) {
    this.open = connection
  }

  async close(): Promise<void> {
    const { open } = this
    this.open = null
    if (open !== null) await disconnect(open)
  }

  closedBefore(ask: Ask): Ask {
    if (ask === null) return null
    return async (question) => {
      await this.close()
      return ask(question)
    }
  }
}

export function nothingToDo({ plan, database }: Prepared): RunResult {
  return { kind: 'run', action: plan.action, steps: [], database, durationMs: 0 }
}

/**
 * The plan as things stand, with what is to be said of it.
 * @throws NselfError `refused`, `connection`, `invalid-migration`, before anything is asked.
 */
export async function prepare(context: Context, kind: RunKind): Promise<Prepared> {
  return look(context, (connection, found) => assess(context, connection, found, kind))
}

async function assess(context: Context, connection: Connection, found: Look, kind: RunKind): Promise<Prepared> {
  const { server, history, state } = found
  refuseOtherEnvironment(server, history.facts, context.settings.environment)
  refuseLost(server, history)
  const plan = kind.plan(state)
  if (plan.action !== 'fresh') refuseHalfDropped(server, history)
  const prepared = { server, database: placeOf(server), plan, state, dangers: 0 }
  if (plan.steps.length === 0 && plan.action !== 'fresh') return prepared
  refuseReadOnly(server, history)
  for (const warning of warningsOf(plan, state)) context.tell(`Warning: ${warning}`)
  for (const note of notesOnDown(plan)) context.tell(`Note: ${note}`)
  // Of what fresh drops everything nothing more need be said.
  if (plan.action === 'fresh') return prepared
  const { lines, destructive, plan: watched } = await lookAtPlan(context, connection.client, found, plan, kind)
  for (const line of lines) context.tell(line)
  if (context.settings.environment === 'production' && plan.action === 'up') {
    await tellDriftFirst(context, connection, found)
  }
  return { ...prepared, plan: watched, dangers: destructive }
}

/** @throws NselfError `refused`, `not-confirmed`. */
export async function confirm(context: Context, prepared: Prepared, kind: RunKind): Promise<Approved<Plan>> {
  const [approved] = await confirmAll(context, [{ prepared, kind }])
  return certain(approved)
}

/** One question for all of them. @throws NselfError as confirm. */
async function confirmAll(context: Context, parts: readonly Part[]): Promise<Approved<Plan>[]> {
  const { kind, prepared } = certain(parts[0])
  const { plan, database } = prepared
  const intent = {
    action: kind.action ?? plan.action,
    what: parts.map((part) => part.prepared.plan),
    summary: `${kind.summary(plan.steps.length)} ${database}`,
    destructive: parts.some((part) => part.prepared.dangers > 0),
  }
  return approvedOnes(await approve(intent, context.settings.environment, context.answers, context.ask))
}

/** Runs it under the lock, which `open` is used for. @throws NselfError as execute. */
export async function perform(
  context: Context,
  { server, database, state }: Prepared,
  approved: Approved<Plan>,
  kind: RunKind,
  flags: RunFlags,
  open: Connection | null = null,
): Promise<Report> {
  const { environment, migrationsDir, root } = context.settings
  const before = filesOf(state)
  // Where a human was asked, time has passed: the files may be others by now.
  const files = environment === 'local' ? before : await readMigrations(migrationsDir, root, before)
  context.progress(`waiting for the lock of ${database}`)
  return execute(server, approved, {
    environment,
    branch: branchOf(root),
    ...flags,
    replan: (now) => kind.plan(compare(files, now.rows)),
    tell: context.tell,
    onStep: (step, outcome) => context.tell(`${outcome === 'done' ? '✓' : '✗'} ${step.name}`),
    onProgress: ({ name }, done, total) => context.progress(`${name} (${done + 1} of ${total})`),
    signal: context.signal,
    approveLine: approveLine(context, kind, flags),
    open,
    ...(kind.before ? { before: kind.before } : {}),
  })
}

/** The command that approves what a step was rolled back for. */
function approveLine({ settings }: Context, { command = 'db migrate up' }: RunKind, { noBackup }: RunFlags): string {
  const { environment } = settings
  const answer = environment === 'production' ? `--confirm ${phrase}` : '--yes'
  return `nself ${command} --env ${environment}${noBackup === true ? ' --no-backup' : ''} ${answer}`
}

function filesOf(state: State): Migration[] {
  return state.entries.map((entry) => entry.file).filter((file) => file !== null)
}

function warningsOf(plan: Plan, state: State): string[] {
  const missing = plan.action === 'up' ? state.entries.filter((entry) => entry.status === 'missing') : []
  return missing.map((entry) => `${entry.name} is applied, but its file is missing here${fromBranch(entry)}`)
}

/** The SQL that a run would send, without a lock and without a change. */
export async function dryRun(context: Context, plan: (state: State) => Plan): Promise<DryRunResult> {
  const steps: DryRunResult['steps'][number][] = []
  return look(context, async ({ client }, found) => {
    const planned = plan(found.state)
    for (const note of notesOnDown(planned)) context.tell(`Note: ${note}`)
    const { findings } = await lookAtPlan(context, client, found, planned)
    for (const { direction, file, version, name, applied } of planned.steps) {
      const section = direction === 'up' ? file?.up : file?.down
      const sql = file && section ? wholeText(section) : await readStoredDown(client, applied ?? { version, name })
      const dangers = findings
        .filter(({ migration }) => migration === name)
        .map(({ kind, object, what, destructive, location }) => ({
          kind,
          object,
          message: what,
          destructive,
          location,
        }))
      steps.push({
        version,
        name,
        transaction: section?.transaction ?? true,
        ...(section && section.blocks > 0 ? { blocks: section.blocks } : {}),
        sql: (sql ?? '').trim(),
        dangers,
      })
    }
    return { kind: 'dry-run', action: planned.action === 'down' ? 'down' : 'up', steps }
  })
}

export function count(n: number): string {
  return `${n} migration${n === 1 ? '' : 's'}`
}
