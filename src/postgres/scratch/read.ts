import type { Catalog } from '../../core/schema/catalog.ts'
import { fingerprintSql } from '../catalog/fingerprint.ts'
import { plainTextSql, readCatalog } from '../catalog/read.ts'
import { connect } from '../driver/connect.ts'
import type { Client } from '../driver/pg.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'

/** Runs `use` on a connection to a scratch database and closes it, so that the database can be copied or dropped. `signal` cancels what runs. */
export function withScratchConnection<T>(
  server: Server,
  use: (client: Client) => Promise<T>,
  signal: AbortSignal | null = null,
): Promise<T> {
  return withConnection(connect(server, 'nself'), signal, use)
}

/** What a database consists of. `all`: with owners and rights. */
export function catalogOf(server: Server, all = false): Promise<Catalog> {
  return withScratchConnection(server, (client) => readCatalog(client, all))
}

/** One text that tells two schemas apart in most of what they consist of. */
export async function fingerprintOf(client: Client): Promise<string> {
  await client.query(`BEGIN; ${plainTextSql}`)
  const { rows } = await client.query<{ fingerprint: string }>(fingerprintSql)
  await client.query('ROLLBACK')
  return rows[0]?.fingerprint ?? ''
}
