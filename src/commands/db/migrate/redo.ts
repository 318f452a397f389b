import { applyAgain, planRedo } from '../../../core/migration/plan-redo.ts'
import type { Context } from '../../shared/context.ts'
import type { RunResult } from '../../shared/migrate-results.ts'
import { count, type RunFlags, run } from '../../shared/run-plan.ts'

export interface RedoOptions extends RunFlags {
  /** How many; one without it. */
  readonly count: number | undefined
}

/** Reverts what was applied last, and applies it again from the files as they are now. */
export async function redo(context: Context, options: RedoOptions): Promise<RunResult> {
  const command = `db migrate redo${options.count === undefined ? '' : ` ${options.count}`}`
  const reverted = await run(
    context,
    {
      plan: (state) => planRedo(state, options.count).down,
      command,
      summary: (steps) => `revert ${count(steps)} and apply them again on`,
    },
    options,
  )
  if (reverted.steps.length === 0) return reverted
  const versions = new Set(reverted.steps.map(({ version }) => version))
  // What was approved is the whole; a backup was taken before its first half.
  return run(
    context,
    { plan: (state) => applyAgain(state, versions), command, summary: (steps) => `apply ${count(steps)} again to` },
    { ...options, noBackup: true },
  )
}
