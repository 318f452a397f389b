import { relative } from 'node:path'
import type { Context } from './context.ts'
import type { BackupMeans, TakenBackup } from './take-backup.ts'

/** Loaded only where a backup is taken. */
const loadTakeBackup = () => import('./take-backup.ts')

/**
 * What a backup before a change in production needs; null where none is taken: elsewhere, or when the user has
 * taken one by other means and says so.
 * @throws NselfError as findBackupMeans, before anything is asked or run.
 */
export async function meansInProduction(context: Context, noBackup: boolean): Promise<BackupMeans | null> {
  if (context.settings.environment !== 'production') return null
  if (!noBackup) return (await loadTakeBackup()).findBackupMeans(context)
  context.tell('Skipping the backup: --no-backup says that you have one')
  return null
}

/** Takes a full backup, and says where it is. @throws NselfError as takeBackup. */
export async function backupFirst(
  context: Context,
  means: BackupMeans,
  flags: { readonly lockWaitMs: number; readonly endConnections?: boolean },
): Promise<TakenBackup> {
  const { lockWaitMs, endConnections = false } = flags
  const taken = await (await loadTakeBackup()).takeBackup(context, { kind: 'full', lockWaitMs, endConnections }, means)
  context.tell(`Backup: ${relative(context.settings.cwd, taken.path)}`)
  return taken
}

/** The command that restores a backup. */
export function restoreLine({ settings }: Context, { name }: { readonly name: string }): string {
  return `nself db restore ${name}${settings.environment === 'local' ? '' : ` --env ${settings.environment}`}`
}
