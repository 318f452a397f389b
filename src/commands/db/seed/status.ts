import { placeOf } from '../../../postgres/driver/server.ts'
import type { Context } from '../../shared/context.ts'
import { lookAtSeeds } from '../../shared/run-seeds.ts'
import type { SeedStatusResult } from '../../shared/seed-results.ts'

/** Every seed of the environment with its state. Reads only. */
export async function seedStatus(context: Context): Promise<SeedStatusResult> {
  const { server, entries } = await lookAtSeeds(context, 'all')
  const seeds = entries.map(({ name, status, applied }) => ({
    name,
    status,
    appliedAt: applied?.appliedAt ?? null,
    durationMs: applied?.durationMs ?? null,
  }))
  return { kind: 'seed-status', database: placeOf(server), environment: context.settings.environment, seeds }
}
