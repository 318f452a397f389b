import { type Backup, groupOf, type Manifest, pruned } from '../../core/backup.ts'
import { dropCopy } from '../../postgres/databases/copy.ts'
import { placeOf } from '../../postgres/driver/connect.ts'
import { listBackups, removeBackup } from '../../project/backups.ts'
import type { PruneResult } from './backup-results.ts'
import { type Context, resolveServer } from './context.ts'

/**
 * Removes old backups and leaves `keep` of each kind, database and environment.
 * @param like only those of its kind, database and environment.
 */
export async function pruneBackups(context: Context, keep: number, like: Manifest | null = null): Promise<PruneResult> {
  const { backupsDir } = context.settings
  const backups = await listBackups(backupsDir)
  const removed: string[] = []
  const group = backups.filter(
    ({ manifest }) => like === null || (manifest !== null && groupOf(manifest) === groupOf(like)),
  )
  for (const old of pruned(group, keep)) {
    if (old.manifest?.copy && !(await removeCopy(context, old, old.manifest.copy))) continue
    await removeBackup(old)
    removed.push(old.name)
  }
  return { kind: 'prune', removed, kept: backups.length - removed.length }
}

async function removeCopy(context: Context, { name, manifest }: Backup, copy: string): Promise<boolean> {
  const server = await resolveServer(context)
  if (!placeOf(server).startsWith(`${manifest?.server}/`)) {
    context.tell(`${name} stays: its copy is on ${manifest?.server}`)
    return false
  }
  if (await dropCopy(server, copy)) return true
  context.tell(`${name} stays: its copy ${copy} could not be dropped`)
  return false
}
