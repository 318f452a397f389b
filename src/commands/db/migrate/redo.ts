import { applyAgain, planRedo } from '../../../core/migration/plan-redo.ts'
import type { Context } from '../../shared/context.ts'
import type { RunResult } from '../../shared/migrate-results.ts'
import { count, type RunFlags, type RunKind, runTogether } from '../../shared/run-plan.ts'

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
    summary: (steps) => `revert ${count(steps)} and apply ${again} again on`,
  }
  return runTogether(
    context,
    (state) => {
      const versions = new Set(planRedo(state, options.count).down.steps.map(({ version }) => version))
      const up: RunKind = {
        plan: (now) => applyAgain(now, versions),
        parsesFirst: true,
        summary: (steps) => `apply ${count(steps)} again to`,
      }
      return [down, up]
    },
    options,
  )
}
