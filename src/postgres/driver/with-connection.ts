import { type Connection, cancel, disconnect } from './connect.ts'
import type { Client } from './pg.ts'

/**
 * Runs `use` on a connection and closes it, whatever happens.
 * @param signal once it aborts, what the server does for the connection is cancelled; null for what is over at once.
 */
export async function withConnection<T>(
  connecting: Connection | Promise<Connection>,
  signal: AbortSignal | null,
  use: (client: Client, connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connecting
  const stop = () => void cancel(connection)
  signal?.addEventListener('abort', stop, { once: true })
  try {
    return await use(connection.client, connection)
  } finally {
    signal?.removeEventListener('abort', stop)
    await disconnect(connection)
  }
}
