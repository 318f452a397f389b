import { stampOf } from '../../core/backup.ts'
import { databaseName } from '../../core/database-name.ts'
import { NselfError } from '../../core/errors.ts'
import { approve } from '../../core/guard/guard.ts'
import { connectBeside } from '../../postgres/databases/databases.ts'
import { type KeptDatabase, keptDatabases } from '../../postgres/databases/kept.ts'
import { refuseTied } from '../../postgres/databases/ties.ts'
import { putBack } from '../../postgres/databases/undo.ts'
import { placeOf } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import type { UndoResult } from '../shared/backup-results.ts'
import { type Context, lookAtHistory, refuseOtherEnvironment } from '../shared/context.ts'
import { mayEndConnections } from '../shared/end-sessions.ts'
import { pruneKeptLine } from '../shared/kept-databases.ts'

export interface UndoOptions {
  readonly endConnections: boolean
  readonly lockWaitMs: number
}

/**
 * Brings back what the last fresh, reset, down, redo, sync or restore took away from a local database: the copy that was
 * made before it, or the database that a restore kept, takes its place.
 * @throws NselfError `refused` outside of local and where there is none, `not-confirmed`, as putBack.
 */
export async function undo(context: Context, { endConnections, lockWaitMs }: UndoOptions): Promise<UndoResult> {
  const began = context.now()
  const { environment } = context.settings
  const { server, history } = await lookAtHistory(context)
  refuseOtherEnvironment(server, history.facts, environment)
  const database = placeOf(server)
  const kept = await withConnection(connectBeside(server, 'nself'), context.signal, async (client) => {
    const [newest] = await keptDatabases(client, server.database)
    if (newest !== undefined) await refuseTied(client, server.database)
    return newest
  })
  if (kept === undefined) {
    throw new NselfError('refused', `there is nothing to undo: no copy of ${databaseName(database)} is kept`, {
      hint: 'one is made before fresh, reset, down, redo, sync and restore, and kept for a day; what is older may be in a backup: nself db backup list',
    })
  }
  if (environment === 'local') {
    context.tell(
      `${databaseName(database)} will be as it was ${momentOf(kept)}. Anything written since then will be missing from it; the current database is kept for a day under another name`,
    )
  }
  const summary = `put ${databaseName(database)} back`
  const approved = await approve({ action: 'undo', what: kept, summary }, environment, context.answers, context.ask)
  const mayEnd = await mayEndConnections(context, server, endConnections, 'put back')
  const before = await putBack(server, approved, {
    stamp: stampOf(new Date().toISOString()),
    now: Date.now(),
    endConnections: mayEnd,
    lockWaitMs,
    tell: context.tell,
    signal: context.signal,
  })
  return {
    kind: 'undo',
    database,
    from: kept.name,
    at: kept.keptAt,
    undone: kept.copiedBefore,
    kept: before,
    pruneLine: pruneKeptLine(context),
    durationMs: context.now() - began,
  }
}

function momentOf({ keptAt, copiedBefore }: KeptDatabase): string {
  const at = `at ${keptAt.slice(0, 19).replace('T', ' ')} UTC`
  return copiedBefore === null ? `${at}, before another database took its place` : `${at}, before ${copiedBefore}`
}
