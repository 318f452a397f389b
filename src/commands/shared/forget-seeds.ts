import { NselfError } from '../../core/errors.ts'
import { type SeedFolder, seedFolders } from '../../core/migration/seed.ts'
import { seedTargets } from '../../core/migration/seed-targets.ts'
import { connect } from '../../postgres/driver/connect.ts'
import type { Server } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import { forgetSeeds, readSeeded } from '../../postgres/tracking/seed-history.ts'
import { hasSeeds, readSeeds } from '../../project/seeds.ts'
import type { Context } from './context.ts'

/** After a DOWN: seeds whose tables went with it are pending again. What is in the way of that is told, and no failure. */
export async function forgetSeedsOfGoneTables(context: Context, server: Server): Promise<void> {
  const { signal, tell, settings } = context
  // Most projects have none: they need no connection for it.
  if (!hasSeeds(settings.seedsDir, settings.cwd)) return
  try {
    const gone = await withConnection(connect(server, 'nself'), signal, async (client) => {
      const known = new Set((await readSeeded(client))?.map(({ name }) => name))
      const folders = seedFolders.filter((folder) => [...known].some((name) => name.startsWith(`${folder}/`)))
      if (folders.length === 0) return []
      const targets = await targetsOf(context, folders)
      return forgetSeeds(
        client,
        targets.filter(({ name }) => known.has(name)),
      )
    })
    if (gone.length > 0)
      tell(
        `Note: their tables are gone, so these seeds are pending again: ${gone.join(', ')}; to run them: nself db seed`,
      )
  } catch (error) {
    if (signal.aborted || !(error instanceof NselfError)) throw error
    tell(
      `Note: whether seeds have lost their tables was not checked: ${error.message}; to run them again: nself db seed --again`,
    )
  }
}

async function targetsOf({ settings: { seedsDir, cwd } }: Context, folders: readonly SeedFolder[]) {
  const seeds = await readSeeds(seedsDir, cwd, folders)
  return seeds.flatMap(({ name, file }) => seedTargets(file.up).map((table) => ({ name, table })))
}
