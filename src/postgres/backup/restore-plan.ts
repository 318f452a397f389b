import type { Backup } from '../../core/backup.ts'
import type { Environment } from '../../core/environment.ts'
import type { Archive } from './archive.ts'
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
  /** Another one. */
  readonly listFile: string
  readonly lockWaitMs: number
  readonly tell: (sentence: string) => void
  readonly progress: (what: string) => void
  readonly signal: AbortSignal
}

export interface Restored {
  /** The name that the database has now which was there before. */
  readonly kept: string | null
}
