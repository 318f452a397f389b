import { type Limit, planDown } from '../../../core/migration/plan.ts'
import type { State } from '../../../core/migration/state.ts'
import type { Context } from '../../shared/context.ts'
import type { DryRunResult, RunResult } from '../../shared/migrate-results.ts'
import { count, dryRun, type RunFlags, run } from '../../shared/run-plan.ts'

export interface DownOptions extends RunFlags {
  readonly limit: Limit
  readonly dryRun: boolean
}

/** Reverts what was applied last. */
export async function down(context: Context, options: DownOptions): Promise<RunResult | DryRunResult> {
  const plan = (state: State) => planDown(state, options.limit)
  if (options.dryRun) return dryRun(context, plan)
  return run(context, { plan, command: 'db migrate down', summary: (steps) => `revert ${count(steps)} on` }, options)
}
