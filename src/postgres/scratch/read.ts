import type { Catalog } from '../../core/schema/catalog.ts'
import { readCatalog } from '../catalog/read.ts'
import { connect, disconnect, type Server } from '../driver/connect.ts'
import type { Client } from '../driver/pg.ts'

/** Runs `use` on a connection to a scratch database and closes it, so that the database can be copied or dropped. */
export async function withScratchConnection<T>(server: Server, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await connect(server, 'nself')
  try {
    return await use(connection.client)
  } finally {
    await disconnect(connection)
  }
}

export function catalogOf(server: Server, all = false): Promise<Catalog> {
  return withScratchConnection(server, (client) => readCatalog(client, all))
}
