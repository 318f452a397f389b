import { NselfError } from '../../core/errors.ts'
import type { State } from '../../core/migration/state.ts'
import { differenceLine } from '../../core/schema/differences.ts'
import type { Connection } from '../../postgres/driver/connect.ts'
import type { Server } from '../../postgres/driver/server.ts'
import { sinceLastMigration } from '../../postgres/tracking/stored-fingerprint.ts'
import { type Context, type Look, look } from './context.ts'

/** What the database has that no migration made is told, and no fault of this run. */
export async function tellDrift(context: Context, server: Server): Promise<void> {
  try {
    await compare(context, server, (await look(context)).state)
  } catch (error) {
    if (context.signal.aborted || !(error instanceof NselfError)) throw error
    tellUnchecked(context, error)
  }
}

/**
 * The same before production is asked. What the last run left is known by its fingerprint: the migrations are replayed
 * only where the database is another by now.
 * @returns what is to be said of it in one line; null where nothing was applied yet.
 */
export async function tellDriftFirst(context: Context, { client }: Connection, found: Look): Promise<string | null> {
  const last = await sinceLastMigration(client)
  if (last === null) return null
  if (last.sameRights === false) {
    context.tell(`Warning: owners or rights of objects have changed since ${last.name}, but not by a migration`)
  }
  if (last.sameSchema && last.sameRights !== false) return noDrift
  try {
    context.progress('the schema has changed since the last run; comparing it with what the migrations make')
    const differences = await compare(context, found.server, found.state)
    if (differences === 0) return noDrift
    const many = differences === 1 ? '1 difference' : `${differences} differences`
    return `Schema: ${many} from what the migrations make, named above`
  } catch (error) {
    // Whatever it is: that nothing can be said of the database does not stop what was asked for.
    if (context.signal.aborted || !(error instanceof Error)) throw error
    tellUnchecked(context, error)
    return 'Schema: not compared with the migrations, for the reason above'
  }
}

const noDrift = 'Schema: as the migrations made it (no drift)'

const shown = 20

/** Tells what differs. @returns in how many places. */
async function compare(context: Context, server: Server, state: State): Promise<number> {
  const { findDrift } = await import('./find-drift.ts')
  const { differences, since } = await findDrift(context, server, state, context.settings.environment === 'production')
  const when = since === null ? '' : ` (since ${since})`
  for (const item of differences.slice(0, shown)) {
    context.tell(`Warning: drift${when}: ${differenceLine(item, 'the migrations', 'the database')}`)
  }
  if (differences.length > shown) context.tell(`Warning: drift${when}: and ${differences.length - shown} more`)
  return differences.length
}

function tellUnchecked({ tell }: Context, { message }: Error): void {
  tell(`Note: ${message.startsWith('drift ') ? message : `drift was not checked: ${message}`}`)
}
