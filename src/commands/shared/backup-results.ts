import type { Manifest } from '../../core/backup.ts'
import type { KeptDatabase } from '../../postgres/databases/kept.ts'

export interface BackupResult {
  readonly kind: 'backup'
  readonly file: string
  readonly path: string
  readonly manifest: Manifest
  /** Older ones that went, with --keep. */
  readonly removed: readonly string[]
}

export interface BackupListResult {
  readonly kind: 'backup-list'
  readonly folder: string
  readonly backups: readonly {
    readonly file: string
    readonly path: string
    readonly takenAt: string
    readonly size: number
    readonly verified: boolean
    readonly manifest: Manifest | null
    /** It has a manifest that cannot be read. */
    readonly isDamaged: boolean
  }[]
  /** What restores and roll backs have kept of the database; null where the server could not be asked. */
  readonly databases: readonly KeptDatabase[] | null
  /** The command that drops them. */
  readonly pruneLine: string
}

export interface PruneResult {
  readonly kind: 'prune'
  /** Files of backups, or databases that were kept. */
  readonly removed: readonly string[]
  readonly kept: number
}

export interface UndoResult {
  readonly kind: 'undo'
  readonly database: string
  /** The database that took its place. */
  readonly from: string
  /** As of when it is; ISO 8601. */
  readonly at: string
  /** The command that was undone; null where another database had taken the place of this one. */
  readonly undone: string | null
  /** The name that the database has now which was in place. */
  readonly kept: string
  /** The command that drops it. */
  readonly pruneLine: string
  readonly durationMs: number
}

export interface RestoreResult {
  readonly kind: 'restore'
  readonly database: string
  readonly file: string
  readonly inPlace: boolean
  /** The name under which the old database is kept. */
  readonly kept: string | null
  /** The command that drops it. */
  readonly pruneLine: string
  readonly durationMs: number
}
