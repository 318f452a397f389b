import { type Limit, planUp } from '../../../core/plan.ts'
import type { State } from '../../../core/state.ts'
import type { Context } from '../../context.ts'
import type { DryRunResult, RunResult } from '../../results.ts'
import { count, dryRun, type RunFlags, run } from './run.ts'

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
