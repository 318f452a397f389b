import type { LiveExtension } from '../../core/adopt/extension-statements.ts'
import type { Platform, UsedPlatform } from '../../core/adopt/platform.ts'
import { NselfError } from '../../core/errors.ts'
import { type Server, spokenPlace } from '../../postgres/driver/server.ts'
import type { Context } from './context.ts'
import { withScratchFor } from './scratch-server.ts'

/**
 * What the platform of a tool made in the database, of the schemas that files use; null where it made none of them, or
 * where they cannot be written as SQL, which is told.
 */
export async function platformOf(
  context: Context,
  server: Server,
  used: UsedPlatform | null,
  extensions: readonly LiveExtension[],
): Promise<Platform | null> {
  if (used === null) return null
  context.progress('writing the schemas of the platform as SQL')
  const { madePlatform } = await import('../../postgres/adopt/platform.ts')
  const made = await withScratchFor(context, { live: server }, ({ scratch, readyStatement }) =>
    madePlatform(scratch, server, used, extensions, readyStatement).catch((error) => {
      if (error instanceof NselfError || !(error instanceof Error)) throw error
      context.tell(
        `Note: ${used.schemas.join(', ')} of ${spokenPlace(server)} cannot be written as SQL: ${error.message}`,
      )
      return null
    }),
  )
  return made === null || made.schemas.length + made.publications.length === 0 ? null : made
}
