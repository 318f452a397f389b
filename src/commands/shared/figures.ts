import type { Figures } from '../../core/update-verdict.ts'
import { readFigures } from '../../postgres/catalog/row-counts.ts'
import { connect } from '../../postgres/driver/connect.ts'
import type { Server } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import type { Context } from './context.ts'

/** Counts every table of the user. */
export function figuresOf({ progress, signal }: Context, server: Server): Promise<Figures> {
  return withConnection(connect(server, 'nself verify'), signal, (client) => readFigures(client, progress))
}
