import { quoteIdentifier } from '../../core/sql/quoting.ts'
import { messageOf } from '../../core/system-error.ts'
import type { Server } from '../driver/connect.ts'
import type { Client } from '../driver/pg.ts'
import { withConnection } from '../driver/with-connection.ts'
import type { Hold } from '../lock/hold.ts'
import { connectBeside, freeName, restoreApplication } from './databases.ts'
import { finalSql, type Properties } from './properties.ts'
import { withoutSessions } from './sessions.ts'

export interface SwapOptions {
  readonly stamp: string
  /** The old database is not kept. */
  readonly dropOld: boolean
  /** Consent to end the sessions of others. */
  readonly endConnections: boolean
  readonly tell: (sentence: string) => void
}

/** In ms. The statements follow each other at once. */
const deadAfter = 10_000

/**
 * Gives the new database the old one's name, in one transaction, while nobody can connect to either.
 * @returns the name that the old one has now, or null when it was dropped.
 * @throws NselfError `refused` that names who is still connected; what the server says. Nothing was renamed then.
 */
export async function swap(
  server: Server,
  fresh: string,
  properties: Properties,
  client: Client,
  hold: Hold,
  options: SwapOptions,
): Promise<string | null> {
  const { database } = server
  const kept = await freeName(client, database, 'before', options.stamp)
  // Not cancelled by the signal, but for what is still to come: a COMMIT under way is waited for.
  await withConnection(connectBeside(server, restoreApplication), hold.signal, async (watcher) => {
    // Where the wire goes dead in the middle, the server must not keep everybody out until it notices.
    await client.query(`BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${deadAfter}`)
    try {
      const own = { pid: hold.pid, leave: hold.leave }
      const rename = `ALTER DATABASE ${quoteIdentifier(database)} RENAME TO ${quoteIdentifier(kept)}`
      await withoutSessions(client, watcher, rename, { database, own, endOthers: options.endConnections })
      await client.query(`ALTER DATABASE ${quoteIdentifier(fresh)} RENAME TO ${quoteIdentifier(database)}`)
      for (const sql of finalSql(database, properties)) await client.query(sql)
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {})
      throw error
    }
  })
  if (!options.dropOld) return kept
  try {
    await client.query(`DROP DATABASE ${quoteIdentifier(kept)}`)
    return null
  } catch (error) {
    options.tell(`The old database could not be dropped: ${messageOf(error)}`)
    return kept
  }
}
