import { relative } from 'node:path'
import { dropCopy } from '../../postgres/databases/copy.ts'
import type { Server } from '../../postgres/driver/server.ts'
import { discard } from '../../project/backups/folder.ts'
import { leftovers } from '../../project/backups/leftovers.ts'
import { listBackups } from '../../project/backups/list.ts'
import { notedCopy } from '../../project/backups/noted-copy.ts'
import type { Context } from './context.ts'

/** Removes what runs that were killed have left in the folder, and the copies that they made. */
export async function sweepBackups(context: Context, server: Server): Promise<void> {
  const { backupsDir } = context.settings
  const stale = await leftovers(backupsDir)
  if (stale.length === 0) return
  const known = new Set((await listBackups(backupsDir)).map(({ manifest }) => manifest?.copy))
  for (const path of stale) {
    const copy = notedCopy(path)
    if (copy !== null && !known.has(copy) && !(await dropCopy(server, copy))) continue
    await discard(path)
    context.tell(`Removed ${relative(context.settings.cwd, path)}, left behind by a killed run`)
  }
}
