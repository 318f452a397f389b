import type { Approved } from '../../core/guard/guard.ts'
import { SwapUnknown } from '../databases/swap.ts'
import type { Server } from '../driver/server.ts'
import { withReplaceLock } from '../lock/replace-lock.ts'
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
  const how = approved.what.inPlace ? restoreInPlace : restoreBeside
  const isSettled = (error: unknown) => error instanceof SwapUnknown
  return withReplaceLock(server, { ...options, waitMs: options.lockWaitMs }, 'restore', isSettled, (hold) =>
    how(server, approved.what, hold, options),
  )
}
