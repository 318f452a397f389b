import type { SeedFolder } from '../../../core/migration/seed.ts'
import { createSeed } from '../../../project/seeds.ts'
import type { Context } from '../../shared/context.ts'
import type { CreateResult } from '../../shared/migrate-results.ts'

/** Writes the next numbered seed file. @throws NselfError `usage` for a name that cannot be one. */
export async function createSeedFile(context: Context, name: string, folder: SeedFolder): Promise<CreateResult> {
  const { seedsDir, cwd } = context.settings
  return { kind: 'create', isSeed: true, path: await createSeed(seedsDir, cwd, folder, name) }
}
