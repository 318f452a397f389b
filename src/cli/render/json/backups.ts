import type {
  BackupListResult,
  BackupResult,
  PruneResult,
  RestoreResult,
  UndoResult,
} from '../../../commands/shared/backup-results.ts'
import type { Manifest } from '../../../core/backup.ts'

function manifestDocument(manifest: Manifest) {
  return {
    method: manifest.method,
    kind: manifest.kind,
    database: manifest.database,
    server: manifest.server,
    serverId: manifest.serverId,
    searchPath: manifest.searchPath,
    serverVersion: manifest.serverVersion,
    pgDumpVersion: manifest.pgDumpVersion,
    environment: manifest.environment,
    lastVersion: manifest.lastVersion,
    size: manifest.size,
    sha256: manifest.sha256,
    takenAt: manifest.takenAt,
    durationMs: manifest.durationMs,
    verified: manifest.verified,
    roles: manifest.roles,
    copy: manifest.copy,
  }
}

/** The document of `db backup`: the file, what its manifest says, and what was removed to keep within the limit. */
export function backupDocument({ kind, file, path, manifest, removed }: BackupResult) {
  return { kind, file, path, manifest: manifestDocument(manifest), removed }
}

/** The document of `db backup list`: files, and databases that were kept. */
export function backupListDocument({ kind, folder, backups, databases }: BackupListResult) {
  return {
    kind,
    folder,
    backups: backups.map(({ file, path, takenAt, size, verified, manifest, isDamaged }) => ({
      file,
      path,
      takenAt,
      size,
      verified,
      manifest: manifest && manifestDocument(manifest),
      isDamaged,
    })),
    databases:
      databases?.map(({ name, of, keptAt, size, copiedBefore }) => ({ name, of, keptAt, size, copiedBefore })) ?? null,
  }
}

/** The document of `db backup prune`. */
export function pruneDocument({ kind, removed, kept }: PruneResult) {
  return { kind, removed, kept }
}

/** The document of `db undo`. */
export function undoDocument({ kind, database, from, at, undone, kept, durationMs }: UndoResult) {
  return { kind, database, from, at, undone, kept, durationMs }
}

/** The document of `db restore`. */
export function restoreDocument({ kind, database, file, inPlace, kept, durationMs }: RestoreResult) {
  return { kind, database, file, inPlace, kept, durationMs }
}
