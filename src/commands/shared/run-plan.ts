import { certain } from '../../core/certain.ts'
import { databaseName } from '../../core/database-name.ts'
import { isStricter } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import { type Approved, approve, approvedOnes, phrase, wouldAsk } from '../../core/guard.ts'
import type { Direction } from '../../core/migration/marker.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { compare, type State } from '../../core/migration/state.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { countSteps, filesOf as repeatableFiles } from '../../core/plan/repeatables.ts'
import type { Report } from '../../core/report.ts'
import type { Connection } from '../../postgres/driver/connect.ts'
import { execute } from '../../postgres/run/execute.ts'
import { raiseMark } from '../../postgres/tracking/mark.ts'
import { branchOf } from '../../project/git-branch.ts'
import { readMigrations } from '../../project/migrations.ts'
import { readRepeatables } from '../../project/repeatables.ts'
import { backupFirst, meansInProduction, restoreLine } from './backup-first.ts'
import { briefingOf, type RunPart } from './brief-run.ts'
import { type Context, type Look, look } from './context.ts'
import type { RunResult } from './migrate-results.ts'
import { placed, placeOfRun } from './place-of-run.ts'
import { nothingToDo, type Prepared, prepareOn, type RunKind } from './prepare-run.ts'
import { keptProofs } from './proven-downs.ts'
import { ReusableConnection } from './reusable-connection.ts'
import { stepTeller, tellBeginning } from './tell-steps.ts'

export interface RunFlags {
  readonly lockWaitMs: number
  readonly singleTransaction: boolean
  /** In production: the user has taken a backup by other means. */
  readonly noBackup?: boolean
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
    const first = { kind, prepared: await prepareOn(context, connection, found, kind) }
    const { plan } = first.prepared
    if (plan.steps.length === 0 && plan.action !== 'fresh') {
      if (plan.action === 'up') await rememberEnvironment(context, connection, found)
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
    const copied = plan.action !== 'up' && (await keepCopy(context, first, reusable))
    const began = context.now()
    const running = performAll(context, parts, approved, flags, reusable.open)
    const report = await running.finally(() => {
      if (taken) context.tell(`To restore the database as it was before: ${restoreLine(context, taken)}`)
      if (copied) context.tell('To bring back what was there: nself db undo')
    })
    return { kind: 'run', ...report, database: first.prepared.database, durationMs: context.now() - began }
  })
}

/** A copy of a local database to come back to, of which nobody may use the connection. */
async function keepCopy(context: Context, { kind, prepared }: RunPart, reusable: ReusableConnection): Promise<boolean> {
  const { environment, keepsUndoCopies } = context.settings
  if (environment !== 'local' || !keepsUndoCopies) return false
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

/** Nothing is to be run, so nothing is asked: but a stricter environment than the mark says is remembered all the same. */
async function rememberEnvironment(context: Context, { client }: Connection, { history }: Look): Promise<void> {
  const { environment } = context.settings
  const { markedAs, readOnly } = history.facts
  if (markedAs === null || readOnly || !isStricter(environment, markedAs)) return
  await raiseMark(client, environment)
  context.tell(`The database was marked ${markedAs}; it is now marked ${environment}`)
}

/** @throws NselfError `refused`, `not-confirmed`. */
export async function confirm(context: Context, prepared: Prepared, kind: RunKind): Promise<Approved<Plan>> {
  const [approved] = await confirmAll(context, [{ prepared, kind }], kind.backsUp === true)
  return certain(approved)
}

/** One question for all of them. @throws NselfError as confirm. */
async function confirmAll(
  context: Context,
  parts: readonly [RunPart, ...RunPart[]],
  backsUp: boolean,
): Promise<Approved<Plan>[]> {
  const { ask, answers, settings, tell } = context
  const [{ kind, prepared }] = parts
  const { plan, database } = prepared
  const intent = {
    action: kind.action ?? plan.action,
    what: parts.map((part) => part.prepared.plan),
    summary: `${kind.summary(countSteps(plan.steps))} ${databaseName(database)}`,
    destructive: parts.some((part) => part.prepared.dangers > 0),
    briefing: briefingOf(context, parts, backsUp),
  }
  if (!wouldAsk(intent, settings.environment, answers, ask)) {
    for (const line of parts.flatMap((part) => part.prepared.lines)) tell(line)
  }
  return approvedOnes(await approve(intent, settings.environment, answers, ask))
}

/** Runs it under the lock, which `open` is used for. @throws NselfError as execute. */
export async function perform(
  context: Context,
  prepared: Prepared,
  approved: Approved<Plan>,
  kind: RunKind,
  flags: RunFlags,
  open: Connection | null = null,
): Promise<Report> {
  const { server, database, state, major } = prepared
  const { environment, migrationsDir, repeatableDir, root, cwd, variables } = context.settings
  const before = filesOf(state)
  // Where a human was asked, time has passed: the files may be others by now.
  const files = environment === 'local' ? before : await readMigrations(migrationsDir, cwd, before)
  const repeatables = environment === 'local' ? repeatableFiles(state) : readRepeatables(repeatableDir, cwd)
  context.progress(`waiting for the lock of ${databaseName(database)}`)
  if (kind.onStep === undefined) tellBeginning(context, prepared)
  const running = execute(server, approved, {
    environment,
    branch: branchOf(root),
    proofOf: keptProofs(context, files, major),
    variables,
    ...flags,
    replan: (now) => kind.plan(compare(files, now.rows, [], { files: repeatables, rows: now.repeatables })),
    tell: context.tell,
    onStep: kind.onStep ?? stepTeller(context, prepared),
    onProgress: ({ name }, done, total) => context.progress(`${name} (${done + 1} of ${total})`),
    signal: context.signal,
    approveLine: approveLine(context, kind, flags),
    again: continuing(kind),
    open,
    ...(kind.before ? { before: kind.before } : {}),
  })
  return placed(running, placeOfRun(context, prepared))
}

/** What is typed to continue once the cause of a failure is fixed, after a step up or down. */
function continuing({ command = 'db migrate up', backsUp }: RunKind): Record<Direction, string> {
  const isUp = backsUp === true || command.startsWith('db migrate up')
  return { up: `nself ${isUp ? command : 'db migrate up'}`, down: `nself ${isUp ? 'db migrate down' : command}` }
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
