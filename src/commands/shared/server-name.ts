import type { ServerName } from '../../core/backup.ts'
import { readServerId } from '../../postgres/catalog/server-id.ts'
import { connect } from '../../postgres/driver/connect.ts'
import { hostAndPort, type Server } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import type { Context } from './context.ts'

/** What a backup of this server would say of where it is from. */
export async function nameOfServer({ signal }: Context, server: Server): Promise<ServerName> {
  const serverId = await withConnection(connect(server, 'nself'), signal, readServerId)
  return { server: hostAndPort(server), serverId }
}
