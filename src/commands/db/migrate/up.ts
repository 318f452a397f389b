import type { State } from '../../../core/migration/state.ts'
import type { Limit } from '../../../core/plan/plan.ts'
import { planUp } from '../../../core/plan/up.ts'
import type { Context } from '../../shared/context.ts'
import { dryRun } from '../../shared/dry-run.ts'
import type { DryRunResult, RunResult } from '../../shared/migrate-results.ts'
import type { RunFlags } from '../../shared/perform-run.ts'
import { run } from '../../shared/run-plan.ts'

export interface UpOptions extends RunFlags {
  readonly limit: Limit
  readonly dryRun: boolean
  readonly allowOutOfOrder: boolean
  /** `expand`: leave what waits until the new release is out. */
  readonly phase?: 'expand' | undefined
}

/** Applies pending migrations, or shows what it would run. */
export async function up(context: Context, options: UpOptions): Promise<RunResult | DryRunResult> {
  return options.dryRun ? dryRun(context, (state) => [planOf(options)(state)]) : applyPending(context, options)
}

/** Applies pending migrations. */
export function applyPending(context: Context, options: Omit<UpOptions, 'dryRun'>): Promise<RunResult> {
  return run(context, { plan: planOf(options), summary: (what) => `apply ${what} to` }, options)
}

const planOf = (options: Omit<UpOptions, 'dryRun'>) => (state: State) =>
  planUp(state, { ...options.limit, allowOutOfOrder: options.allowOutOfOrder, phase: options.phase })
