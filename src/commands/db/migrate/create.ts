import { createMigration } from '../../../project/new-migrations.ts'
import type { Context } from '../../shared/context.ts'
import type { CreateResult } from '../../shared/migrate-results.ts'

/** Writes the next numbered migration file. */
export async function create(
  { settings }: Pick<Context, 'settings'>,
  name: string,
  timestamp: boolean,
): Promise<CreateResult> {
  const now = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  return {
    kind: 'create',
    path: await createMigration(settings.migrationsDir, settings.cwd, name, { timestamp, now }),
  }
}

/** Writes a file that runs again whenever it is edited. */
export async function createRepeatableFile(
  { settings }: Pick<Context, 'settings'>,
  name: string,
): Promise<CreateResult> {
  const { createRepeatable } = await import('../../../project/repeatables.ts')
  return { kind: 'create', path: createRepeatable(settings.repeatableDir, settings.cwd, name) }
}
