import { relative } from 'node:path'
import type { BackupResult } from '../shared/backup-results.ts'
import type { Context } from '../shared/context.ts'
import { pruneBackups } from '../shared/prune-backups.ts'
import { type BackupOptions, takeBackup } from '../shared/take-backup.ts'

/** Takes a backup; then removes older ones when told how many to keep. */
export async function backup(
  context: Context,
  options: BackupOptions & { readonly keep: number | null },
): Promise<BackupResult> {
  const taken = await takeBackup(context, options)
  const { name, path, manifest } = taken
  const removed = options.keep === null ? [] : (await pruneBackups(context, options.keep, taken)).removed
  return { kind: 'backup', file: name, path: relative(context.settings.cwd, path), manifest, removed }
}
