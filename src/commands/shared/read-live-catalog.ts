import type { Catalog } from '../../core/schema/catalog.ts'
import { readCatalog } from '../../postgres/catalog/read.ts'
import { connect, disconnect, type Server } from '../../postgres/driver/connect.ts'
import type { Client } from '../../postgres/driver/pg.ts'
import { type Context, resolveServer } from './context.ts'

/** The catalog of the environment's database, and what else is to be read from it. Reads only. */
export async function readLive<T>(
  context: Context,
  also: (client: Client) => Promise<T>,
): Promise<{ server: Server; catalog: Catalog; more: T }> {
  const server = await resolveServer(context)
  const connection = await connect(server, 'nself')
  try {
    return { server, catalog: await readCatalog(connection.client), more: await also(connection.client) }
  } finally {
    await disconnect(connection)
  }
}
