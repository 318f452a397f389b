import type { Backup } from '../../core/backup.ts'
import type { Environment } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import type { Approved } from '../../core/guard.ts'
import type { Server } from '../driver/connect.ts'
import { acquireLock } from '../lock/advisory-lock.ts'
import type { Archive } from './archive.ts'
import { restoreBeside } from './restore-beside.ts'
import { restoreInPlace } from './restore-in-place.ts'
import type { Tools } from './tools.ts'

/** What is approved. */
export interface RestorePlan {
  readonly backup: Backup
  /** Null for a copy. */
  readonly archive: Archive | null
  readonly inPlace: boolean
  readonly dropOld: boolean
  /** The database becomes exactly as it was: not even the journal has a row more. */
  readonly undoesUpdate: boolean
  /** Consent to end the sessions of others. */
  readonly endConnections: boolean
  /** Roles that the backup names and the server has not, to be made without a login. */
  readonly newRoles: readonly string[]
}

export interface RestoreOptions {
  readonly environment: Environment
  readonly serverMajor: number
  readonly stamp: string
  /** What dumps the server, for a backup of the data alone. */
  readonly dumpTools: Tools | null
  /** A path for a file that is removed afterwards. */
  readonly temporary: string
  readonly lockWaitMs: number
  readonly tell: (sentence: string) => void
  readonly progress: (what: string) => void
  readonly signal: AbortSignal
}

export interface Restored {
  /** The name that the database has now which was there before. */
  readonly kept: string | null
}

/** The lock under which a restore works, and the signal that ends it. */
export interface Hold {
  readonly signal: AbortSignal
  readonly pid: number
  /** Gives the lock back on purpose: the database cannot be renamed while its connection is there. */
  readonly leave: () => Promise<void>
}

/**
 * Restores an approved backup under the lock of the database.
 * @throws NselfError `restore-failed`, `refused`, `locked`, `connection`, `interrupted`; the old database is as it was.
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
    if (!lost.signal.aborted || options.signal.aborted) throw error
    throw new NselfError('connection', 'the connection that held the lock was lost, so the restore was stopped', {
      hint: 'the old database is as it was; run the command again',
      cause: error,
    })
  } finally {
    await leave()
  }
}
