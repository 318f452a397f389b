import { type Connection, connect, disconnect } from '../driver/connect.ts'
import type { Server } from '../driver/server.ts'
import { acquireLock, type Lock, type Waiting } from './advisory-lock.ts'

/** How to wait for others, as commands say it. */
export interface Locking {
  readonly lockWaitMs: number
  readonly tell: (sentence: string) => void
  readonly signal: AbortSignal
  /** A connection that is open already, for the lock. */
  readonly open?: Connection | null
}

/** How to wait for the lock: how long in ms, and who is told. */
export function waitingOf({ lockWaitMs: waitMs, tell, signal }: Locking): Waiting {
  return { waitMs, tell, signal }
}

/**
 * Works on a connection of its own while the lock of the database is held; both are let go whatever happens.
 * @throws NselfError as acquireLock and connect; what `work` throws.
 */
export async function withLock<T>(
  server: Server,
  applicationName: string,
  options: Locking,
  work: (connection: Connection, lock: Lock) => Promise<T>,
): Promise<T> {
  const connecting = connect(server, applicationName)
  connecting.catch(() => {})
  const lock = await acquireLock(server, waitingOf(options), options.open).catch(async (error) => {
    await connecting.then(disconnect, () => {})
    throw error
  })
  let connection: Connection | null = null
  try {
    connection = await connecting
    return await work(connection, lock)
  } finally {
    // At once: what the server still does on the connection, the next run waits for.
    await Promise.all([connection && disconnect(connection), lock.release()])
  }
}
