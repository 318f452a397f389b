import type { Context } from '../../shared/context.ts'
import type { DryRunResult, SeedResult } from '../../shared/results.ts'
import { runOrShowSeeds, type SeedFlags } from '../../shared/run-seeds.ts'

/** Runs only the seeds of the environment's folder that are new or were edited. */
export function seedEnvironment(context: Context, flags: SeedFlags): Promise<SeedResult | DryRunResult> {
  return runOrShowSeeds(context, 'env', flags)
}
