import { type Backup, isOneGroup, isSameServer, pruned } from '../../core/backup.ts'
import { dropCopy } from '../../postgres/databases/copy.ts'
import { listBackups, removeBackup } from '../../project/backups/list.ts'
import type { PruneResult } from './backup-results.ts'
import { type Context, resolveServer } from './context.ts'
import { nameOfServer } from './server-name.ts'
import type { TakenBackup } from './take-backup.ts'

/**
 * Removes old backups and leaves `keep` of each kind, server, database and environment.
 * @param taken a backup that was taken just now: only those that it can stand for are looked at, and it stays.
 */
export async function pruneBackups(
  context: Context,
  keep: number,
  taken: TakenBackup | null = null,
): Promise<PruneResult> {
  const { backupsDir } = context.settings
  const backups = await listBackups(backupsDir)
  const removed: string[] = []
  const group = backups.filter(
    ({ manifest }) => taken === null || (manifest !== null && isOneGroup(manifest, taken.manifest)),
  )
  for (const old of pruned(group, keep, taken?.name)) {
    if (old.manifest?.copy && !(await removeCopy(context, old, old.manifest.copy))) continue
    await removeBackup(old)
    removed.push(old.name)
  }
  return { kind: 'prune', removed, kept: backups.length - removed.length }
}

async function removeCopy(context: Context, { name, manifest }: Backup, copy: string): Promise<boolean> {
  const server = await resolveServer(context)
  if (manifest === null || !isSameServer(manifest, await nameOfServer(context, server))) {
    context.tell(`${name} is kept: its copy is on ${manifest?.server}`)
    return false
  }
  if (await dropCopy(server, copy)) return true
  context.tell(`${name} is kept: its copy ${copy} could not be dropped`)
  return false
}
