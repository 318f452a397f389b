import type { Catalog } from '../../core/schema/catalog.ts'
import { inNaturalOrder } from '../../core/schema/natural-order.ts'
import { readCatalog } from '../../postgres/catalog/read.ts'
import { connect } from '../../postgres/driver/connect.ts'
import type { Client } from '../../postgres/driver/pg.ts'
import type { Server } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import { type Context, resolveServer } from './context.ts'

/** The catalog of the environment's database, in the order in which a person looks for tables, and what else is to be read from it. Reads only. */
export async function readLive<T>(
  context: Context,
  also: (client: Client) => Promise<T>,
): Promise<{ server: Server; catalog: Catalog; more: T }> {
  const server = await resolveServer(context)
  return withConnection(connect(server, 'nself'), null, async (client) => ({
    server,
    catalog: inNaturalOrder(await readCatalog(client)),
    more: await also(client),
  }))
}
