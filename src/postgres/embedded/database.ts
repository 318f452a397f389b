import { NselfError } from '../../core/errors.ts'
import { systemCodeOf } from '../../core/system-error.ts'
import { loadPg } from '../driver/pg.ts'
import type { Folder } from './folder.ts'
import type { EmbeddedServer } from './status.ts'

/**
 * Sees that the server takes the password and has its database, which a user may have dropped.
 * @throws NselfError `server-failed` when it does not answer or refuses the password.
 */
export async function ensureDatabase(server: EmbeddedServer, folder: Folder): Promise<void> {
  try {
    if (await answers(server, server.database)) return
    await answers(server, 'postgres', `CREATE DATABASE ${server.database}`)
  } catch (error) {
    const refused = systemCodeOf(error) === '28P01'
    const message = error instanceof Error ? error.message : String(error)
    throw new NselfError('server-failed', `PostgreSQL was started, but ${message}`, {
      hint: refused
        ? `the password was changed: move ${folder.settings} away, and the next start sets a new one`
        : `see the end of ${folder.log}`,
      cause: error,
    })
  }
}

/** False when there is no such database. */
async function answers(server: EmbeddedServer, database: string, sql = 'SELECT 1'): Promise<boolean> {
  // Dear to load, and not needed while the server runs.
  const { Client } = await loadPg()
  const { host, port, user, password } = server
  // Said in full, so that no PG* variable meant for another server has a say.
  const own = { ssl: false, options: '-c default_transaction_read_only=off', connectionTimeoutMillis: 10_000 }
  const client = new Client({ host, port, user, password, database, ...own })
  // A connection that breaks while idle must not end the process; the query reports it.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query(sql)
    return true
  } catch (error) {
    if (systemCodeOf(error) === '3D000') return false
    // Another process made it meanwhile.
    if (systemCodeOf(error) === '42P04') return true
    throw error
  } finally {
    await client.end().catch(() => {})
  }
}
