import { NselfError } from '../../core/errors.ts'
import type { Server } from '../driver/server.ts'
import { acquireLock, type Waiting } from './advisory-lock.ts'

/** The lock under which a database is replaced, and the signal that ends it. */
export interface ReplaceLock {
  readonly signal: AbortSignal
  readonly pid: number
  /** Gives the lock back on purpose: the database cannot be renamed while its connection is there. */
  readonly leave: () => Promise<void>
}

/**
 * Works under the lock of a database that may be renamed meanwhile.
 * @param what is done, in one word: `restore`.
 * @param isSettled whether an error says by itself how things stand, although the lock was lost.
 * @throws NselfError `locked`, `interrupted`, `connection` where the lock is lost; what `use` throws.
 */
export async function withReplaceLock<T>(
  server: Server,
  options: Waiting,
  what: string,
  isSettled: (error: unknown) => boolean,
  use: (hold: ReplaceLock) => Promise<T>,
): Promise<T> {
  const lock = await acquireLock(server, options)
  const lost = new AbortController()
  let left = false
  lock.lost.addEventListener('abort', () => {
    if (!left) lost.abort()
  })
  const leave = async () => {
    left = true
    await lock.release()
  }
  try {
    return await use({ signal: AbortSignal.any([options.signal, lost.signal]), pid: lock.pid, leave })
  } catch (error) {
    if (!lost.signal.aborted || options.signal.aborted || isSettled(error)) throw error
    throw new NselfError('connection', `the connection that held the lock was lost, so the ${what} was stopped`, {
      hint: 'the old database is unchanged; run the command again',
      cause: error,
    })
  } finally {
    await leave()
  }
}
