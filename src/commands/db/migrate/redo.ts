import { applyAgain, planRedo, reverted, versionsOf } from '../../../core/plan/redo.ts'
import type { Context } from '../../shared/context.ts'
import type { RunResult } from '../../shared/migrate-results.ts'
import type { RunFlags } from '../../shared/perform-run.ts'
import type { RunKind } from '../../shared/prepare-run.ts'
import { runTogether } from '../../shared/run-plan.ts'

export interface RedoOptions extends RunFlags {
  /** How many; one without it. */
  readonly count: number | undefined
}

/** Reverts what was applied last, and applies it again from the files as they are now. */
export function redo(context: Context, options: RedoOptions): Promise<RunResult> {
  const again = options.count === 1 || options.count === undefined ? 'it' : 'them'
  const down: RunKind = {
    plan: (state) => planRedo(state, options.count).down,
    command: `db migrate redo${options.count === undefined ? '' : ` ${options.count}`}`,
    deed: 'will be reverted and applied again',
    summary: (what) => `revert ${what} and apply ${again} again on`,
  }
  return runTogether(
    context,
    (state) => {
      const versions = versionsOf(planRedo(state, options.count).down)
      const up: RunKind = {
        begin: (found) => reverted(found, versions),
        plan: (now) => applyAgain(now, versions),
        summary: (what) => `apply ${what} again to`,
      }
      return [down, up]
    },
    options,
  )
}
