import { NselfError } from '../../../core/errors.ts'
import type { PruneResult } from '../../shared/backup-results.ts'
import type { Context } from '../../shared/context.ts'
import { pruneKept } from '../../shared/kept-databases.ts'
import { pruneBackups } from '../../shared/prune-backups.ts'

/**
 * Removes old backups and keeps the newest `keep` of each kind, server, database and environment; or drops the
 * databases that restores and roll backs have kept.
 */
export async function prune(context: Context, keep: number | null, databases: boolean): Promise<PruneResult> {
  if (databases && keep === null) return pruneKept(context)
  if (!databases && keep !== null) return pruneBackups(context, keep)
  throw new NselfError('usage', 'prune needs either the number of backups to keep, or --databases', {
    hint: 'nself db backup prune 7 keeps the newest 7 of each database; nself db backup prune --databases drops the databases that restores have kept',
  })
}
