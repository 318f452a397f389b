import { isVerified, takenAtOf } from '../../../core/backup.ts'
import { listBackups } from '../../../project/backups.ts'
import type { BackupListResult } from '../../shared/backup-results.ts'
import type { Context } from '../../shared/context.ts'

/** The backups of the folder, the newest first. Needs no server. */
export async function list({ settings }: Context): Promise<BackupListResult> {
  const backups = await listBackups(settings.backupsDir)
  return {
    kind: 'backup-list',
    folder: settings.backupsDir,
    backups: backups.map((backup) => ({
      file: backup.name,
      path: backup.path,
      takenAt: takenAtOf(backup),
      size: backup.size,
      verified: isVerified(backup),
      manifest: backup.manifest,
      isDamaged: backup.isDamaged,
    })),
  }
}
