import type { RestoreResult } from '../shared/backup-results.ts'
import type { Context } from '../shared/context.ts'
import { type RestoreFlags, restoreBackup } from '../shared/restore-backup.ts'

/** Restores a backup and lets it take the database's place. @throws NselfError as restoreBackup. */
export function restore(context: Context, flags: RestoreFlags): Promise<RestoreResult> {
  return restoreBackup(context, flags, { undoesUpdate: false })
}
