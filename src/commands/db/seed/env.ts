import type { Context } from '../../shared/context.ts'
import type { DryRunResult } from '../../shared/migrate-results.ts'
import { runOrShowSeeds, type SeedFlags } from '../../shared/run-seeds.ts'
import type { SeedResult } from '../../shared/seed-results.ts'

/** Runs only the seeds of the environment's folder that are new or were edited. */
export function seedEnvironment(context: Context, flags: SeedFlags): Promise<SeedResult | DryRunResult> {
  return runOrShowSeeds(context, 'env', flags)
}
