import { NselfError } from '../../core/errors.ts'
import type { Approved } from '../../core/guard.ts'
import { SwapUnknown } from '../databases/swap.ts'
import type { Server } from '../driver/server.ts'
import { acquireLock } from '../lock/advisory-lock.ts'
import { restoreBeside } from './restore-beside.ts'
import { restoreInPlace } from './restore-in-place.ts'
import type { Restored, RestoreOptions, RestorePlan } from './restore-plan.ts'

/**
 * Restores an approved backup under the lock of the database.
 * @throws NselfError `restore-failed`, `refused`, `locked`, `connection`, `interrupted`; the old database is unchanged.
 */
export async function restore(
  server: Server,
  approved: Approved<RestorePlan>,
  options: RestoreOptions,
): Promise<Restored> {
  options.progress(`waiting for the lock of ${server.database}`)
  const lock = await acquireLock(server, { ...options, waitMs: options.lockWaitMs })
  const lost = new AbortController()
  let left = false
  lock.lost.addEventListener('abort', () => {
    if (!left) lost.abort()
  })
  const leave = async () => {
    left = true
    await lock.release()
  }
  const hold = { signal: AbortSignal.any([options.signal, lost.signal]), pid: lock.pid, leave }
  try {
    const how = approved.what.inPlace ? restoreInPlace : restoreBeside
    return await how(server, approved.what, hold, options)
  } catch (error) {
    if (!lost.signal.aborted || options.signal.aborted || error instanceof SwapUnknown) throw error
    throw new NselfError('connection', 'the connection that held the lock was lost, so the restore was stopped', {
      hint: 'the old database is unchanged; run the command again',
      cause: error,
    })
  } finally {
    await leave()
  }
}
