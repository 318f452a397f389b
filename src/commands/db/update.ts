import { relative } from 'node:path'
import { NselfError } from '../../core/errors.ts'
import type { State } from '../../core/migration/state.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { planUp } from '../../core/plan/up.ts'
import type { Report } from '../../core/report.ts'
import { type Figures, verdictOf } from '../../core/update-verdict.ts'
import { connect } from '../../postgres/driver/connect.ts'
import type { Server } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import { doneIn } from '../../postgres/run/report.ts'
import { readHistory } from '../../postgres/tracking/history.ts'
import { confirm } from '../shared/confirm-run.ts'
import type { Context } from '../shared/context.ts'
import { figuresOf } from '../shared/figures.ts'
import type { RunResult, UpdateResult } from '../shared/migrate-results.ts'
import { perform } from '../shared/perform-run.ts'
import { placed, placeOfRun } from '../shared/place-of-run.ts'
import { nothingToDo, prepare, type RunKind } from '../shared/prepare-run.ts'
import { afterFailure, type RollBackFlags, refuseSilentRollBack } from '../shared/roll-back-update.ts'
import { findBackupMeans, takeBackup } from '../shared/take-backup.ts'
import { tellDrift } from '../shared/tell-drift.ts'
import { UpdateStages } from '../shared/update-stages.ts'

export interface UpdateFlags extends RollBackFlags {
  /** How far replicas may be behind while batches run. */
  readonly maxLagMs?: number | undefined
  readonly allowOutOfOrder: boolean
  /** `expand`: leave what waits until the new release is out. */
  readonly phase?: 'expand' | undefined
  /** Fewer rows than before are what the migrations are for. */
  readonly allowLostRows: boolean
}

/** Backup, apply, verify; when something is wrong, back to the backup if that is wanted. */
export async function update(context: Context, flags: UpdateFlags): Promise<UpdateResult | RunResult> {
  const began = context.now()
  const kind: RunKind = {
    plan: (state: State) => planUp(state, { allowOutOfOrder: flags.allowOutOfOrder, phase: flags.phase }),
    command: 'db update',
    watchesAll: true,
    backsUp: true,
    summary: (what) => `back up, apply ${what} to and verify`,
  }
  const prepared = await prepare(context, kind)
  const { server, database, plan } = prepared
  if (plan.steps.length === 0) return nothingToDo(prepared)
  refuseSilentRollBack(context, flags)
  const means = await findBackupMeans(context)
  const approved = await confirm(context, prepared, kind)
  const before = await figuresOf(context, server)
  const stages = new UpdateStages(context)
  stages.begin(1)
  const taken = await takeBackup(stages.context, { ...flags, kind: 'full' }, means)
  stages.backedUp(taken)
  let applied: Report | null = null
  try {
    stages.begin(2)
    const told = { ...kind, onStep: stages.stepDone() }
    const report = await perform(stages.context, prepared, approved, told, { ...flags, singleTransaction: false })
    applied = report
    stages.begin(3)
    const checking = verify(stages.context, server, { plan, before, report, allowLostRows: flags.allowLostRows })
    const verified = await placed(checking, placeOfRun(context, prepared))
    stages.verified(verified)
    await tellDrift(stages.context, server)
    stages.begin(4)
    stages.context.tell('not needed')
    return {
      ...report,
      kind: 'update',
      database,
      backup: relative(context.settings.cwd, taken.path),
      verified,
      durationMs: context.now() - began,
    }
  } catch (error) {
    throw error instanceof NselfError ? await afterFailure(stages, error, taken, flags, applied, before) : error
  }
}

interface Done {
  readonly plan: Plan
  readonly before: Figures
  readonly report: Report
  readonly allowLostRows: boolean
}

/** The tables whose rows the run took or moved; null where it was not asked all that it did. */
function takenBy(plan: Plan, { steps }: Report): ReadonlySet<string> | null {
  if (plan.steps.some(({ file }) => file?.up.transaction === false && file.up.batch === null)) return null
  const effects = steps.flatMap((step) => step.effects ?? [])
  return new Set(effects.flatMap(({ kind, relation }) => (kind === 'update' ? [] : [relation])))
}

/** @throws NselfError `verification-failed` that names everything that is wrong. */
async function verify(
  context: Context,
  server: Server,
  { plan, before, report, allowLostRows }: Done,
): Promise<UpdateResult['verified']> {
  context.progress('verifying')
  const history = await withConnection(connect(server, 'nself verify'), context.signal, readHistory)
  const after = await figuresOf(context, server)
  const { notes, holds, lost, others } = verdictOf(before, after, takenBy(plan, report))
  for (const item of notes) context.tell(`Warning: ${item}`)
  for (const item of others) context.tell(`Note: ${item}, but not because of a migration`)
  const done = doneIn(plan, history)
  const unrecorded = plan.steps.slice(done).map(({ name }) => `${name} is not recorded with the checksum of its file`)
  const wrong = [...unrecorded, ...(allowLostRows ? [] : lost)]
  if (allowLostRows) for (const item of lost) context.tell(`Note: ${item}`)
  if (wrong.length === 0) {
    const rows = after.tables.reduce((sum, table) => sum + table.rows, 0)
    const kept = lost.length + others.length === 0 ? ['no table has fewer rows'] : []
    return { tables: after.tables.length, rows, holds: [...kept, ...holds] }
  }
  throw new NselfError('verification-failed', `applied, but the verification failed: ${wrong.join('; ')}`, {
    report: { kind: 'run', ...report },
    hint:
      lost.length > 0 && !allowLostRows
        ? 'if these rows were meant to be deleted, there is nothing to fix; next time add --allow-lost-rows'
        : 'fix it with a new migration',
  })
}
