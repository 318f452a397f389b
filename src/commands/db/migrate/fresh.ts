import type { Context } from '../../shared/context.ts'
import type { RunResult } from '../../shared/migrate-results.ts'
import type { RunFlags } from '../../shared/perform-run.ts'
import type { ResetResult } from '../../shared/seed-results.ts'
import { startOver, startOverWithSeeds } from '../../shared/start-over.ts'

export interface FreshOptions extends RunFlags {
  readonly seed: boolean
}

/** Drops all user objects and applies everything again, then runs the seeds if wanted; never in production. */
export async function fresh(context: Context, options: FreshOptions): Promise<RunResult | ResetResult> {
  return options.seed ? startOverWithSeeds(context, options, 'fresh') : startOver(context, options, 'fresh')
}
