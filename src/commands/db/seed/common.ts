import type { Context } from '../../shared/context.ts'
import type { DryRunResult } from '../../shared/migrate-results.ts'
import { runOrShowSeeds, type SeedFlags } from '../../shared/run-seeds.ts'
import type { SeedResult } from '../../shared/seed-results.ts'

/** Runs only the seeds of nself/seeds/common that are new or were edited. */
export function seedCommon(context: Context, flags: SeedFlags): Promise<SeedResult | DryRunResult> {
  return runOrShowSeeds(context, 'common', flags)
}
