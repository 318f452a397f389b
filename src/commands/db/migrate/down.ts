import type { State } from '../../../core/migration/state.ts'
import { planDown } from '../../../core/plan/down.ts'
import type { Limit } from '../../../core/plan/plan.ts'
import type { Context } from '../../shared/context.ts'
import { dryRun } from '../../shared/dry-run.ts'
import type { DryRunResult, RunResult } from '../../shared/migrate-results.ts'
import type { RunFlags } from '../../shared/perform-run.ts'
import { run } from '../../shared/run-plan.ts'

export interface DownOptions extends RunFlags {
  readonly limit: Limit
  readonly dryRun: boolean
}

/** Reverts what was applied last, or shows what it would run. */
export async function down(context: Context, options: DownOptions): Promise<RunResult | DryRunResult> {
  return options.dryRun ? dryRun(context, (state) => [planOf(options)(state)]) : revertApplied(context, options)
}

/** Reverts what was applied last. */
export function revertApplied(context: Context, options: Omit<DownOptions, 'dryRun'>): Promise<RunResult> {
  const summary = (what: string) => `revert ${what} on`
  return run(context, { plan: planOf(options), command: 'db migrate down', summary }, options)
}

const planOf = (options: Omit<DownOptions, 'dryRun'>) => (state: State) => planDown(state, options.limit)
