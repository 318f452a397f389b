import { relative } from 'node:path'
import { isVerified, takenAtOf } from '../../../core/backup.ts'
import { listBackups } from '../../../project/backups/list.ts'
import type { BackupListResult } from '../../shared/backup-results.ts'
import type { Context } from '../../shared/context.ts'
import { findKept, pruneKeptLine } from '../../shared/kept-databases.ts'

/** The backups of the folder and the databases that were kept, the newest first. It works without a server, too. */
export async function list(context: Context): Promise<BackupListResult> {
  const { backupsDir, cwd } = context.settings
  const [backups, databases] = await Promise.all([listBackups(backupsDir), findKept(context)])
  return {
    kind: 'backup-list',
    folder: relative(cwd, backupsDir) || '.',
    backups: backups.map((backup) => ({
      file: backup.name,
      path: relative(cwd, backup.path),
      takenAt: takenAtOf(backup),
      size: backup.size,
      verified: isVerified(backup),
      manifest: backup.manifest,
      isDamaged: backup.isDamaged,
    })),
    databases,
    pruneLine: pruneKeptLine(context),
  }
}
