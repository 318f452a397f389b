import { databaseName } from '../../core/database-name.ts'
import { type Approved, phrase } from '../../core/guard/guard.ts'
import type { Direction } from '../../core/migration/marker.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { compare, type State } from '../../core/migration/state.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { filesOf as repeatableFiles } from '../../core/plan/repeatables.ts'
import type { Report } from '../../core/report.ts'
import type { Connection } from '../../postgres/driver/connect.ts'
import { execute } from '../../postgres/run/execute.ts'
import { branchOf } from '../../project/git-branch.ts'
import { readMigrations } from '../../project/migrations.ts'
import { readRepeatables } from '../../project/repeatables.ts'
import type { Context } from './context.ts'
import { placed, placeOfRun } from './place-of-run.ts'
import type { Prepared, RunKind } from './prepare-run.ts'
import { keptProofs } from './proven-downs.ts'
import { progressTeller } from './tell-batches.ts'
import { stepTeller, tellBeginning } from './tell-steps.ts'

export interface RunFlags {
  readonly lockWaitMs: number
  /** How far replicas may be behind while batches run. */
  readonly maxLagMs?: number | undefined
  readonly singleTransaction: boolean
  /** In production: the user has taken a backup by other means. */
  readonly noBackup?: boolean
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
    ...progressTeller(context),
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
