import type { Context } from '../shared/context.ts'
import type { DryRunResult } from '../shared/migrate-results.ts'
import { runOrShowSeeds, type SeedFlags } from '../shared/run-seeds.ts'
import type { SeedResult } from '../shared/seed-results.ts'

/** Runs the seeds that are new or were edited: the common ones, then those of the environment. */
export function seed(context: Context, flags: SeedFlags): Promise<SeedResult | DryRunResult> {
  return runOrShowSeeds(context, 'all', flags)
}
