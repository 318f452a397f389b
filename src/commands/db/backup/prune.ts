import type { PruneResult } from '../../shared/backup-results.ts'
import type { Context } from '../../shared/context.ts'
import { pruneBackups } from '../../shared/prune-backups.ts'

/** Removes old backups and keeps the newest `keep` of each kind, server, database and environment. */
export function prune(context: Context, keep: number): Promise<PruneResult> {
  return pruneBackups(context, keep)
}
