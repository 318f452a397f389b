import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import type { Client } from '../driver/pg.ts'
import { send } from '../driver/send.ts'
import type { Server } from '../driver/server.ts'
import { dropSubscriptions } from './subscriptions.ts'

/** What the names of scratch databases, of their logins and of the connections that own them begin with. */
export const scratchPrefix = 'nself_scratch_'

/** What commands have left that were killed: their connection is gone, their databases and logins are not. */
export async function sweep(client: Client, server: Server): Promise<void> {
  const gone = (name: string) => `${name} ^@ '${scratchPrefix}' AND NOT EXISTS
      (SELECT FROM pg_stat_activity a WHERE a.application_name ^@ '${scratchPrefix}' AND (${name} || '_') ^@ (a.application_name || '_'))`
  const { rows } = await client.query<{ name: string }>(
    `SELECT d.datname AS name FROM pg_database d WHERE ${gone('d.datname')}`,
  )
  for (const { name } of rows) await drop(client, server, name)
  const logins = await client.query<{ name: string }>(`SELECT rolname AS name FROM pg_roles WHERE ${gone('rolname')}`)
  for (const { name } of logins.rows) {
    // Rights to parameters would keep it.
    await send(client, `DROP OWNED BY ${quoteIdentifier(name)}`)
    await send(client, `DROP ROLE ${quoteIdentifier(name)}`)
  }
}

/** Drops all databases whose names begin so. */
export async function dropAll(client: Client, server: Server, start: string): Promise<void> {
  const find = () =>
    client.query<{ name: string }>(`SELECT datname AS name FROM pg_database WHERE datname ^@ ${quoteLiteral(start)}`)
  // A cancel request that was late can hit the first of these.
  const { rows } = await find().catch(() => find().catch(() => ({ rows: [] })))
  for (const { name } of rows) await drop(client, server, name)
}

/**
 * Ends what still works there for us, such as a query that was cancelled and does not know yet.
 * @param server null for a database in which nothing was replayed.
 */
export async function drop(client: Client, server: Server | null, name: string): Promise<void> {
  const sql = `DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`
  const { error } = await send(client, sql)
  if (error === null) return
  if (server !== null) await dropSubscriptions({ ...server, database: name }).catch(() => {})
  await send(client, sql)
}
