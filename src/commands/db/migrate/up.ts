import { type Limit, planUp } from '../../../core/migration/plan.ts'
import type { State } from '../../../core/migration/state.ts'
import type { Context } from '../../shared/context.ts'
import type { DryRunResult, RunResult } from '../../shared/migrate-results.ts'
import { count, dryRun, type RunFlags, run } from '../../shared/run-plan.ts'

export interface UpOptions extends RunFlags {
  readonly limit: Limit
  readonly dryRun: boolean
  readonly allowOutOfOrder: boolean
}

/** Applies pending migrations. */
export async function up(context: Context, options: UpOptions): Promise<RunResult | DryRunResult> {
  const plan = (state: State) => planUp(state, options.limit, options.allowOutOfOrder)
  if (options.dryRun) return dryRun(context, plan)
  return run(context, { plan, summary: (steps) => `apply ${count(steps)} to` }, options)
}
