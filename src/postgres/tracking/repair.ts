import type { Environment } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import type { Approved } from '../../core/guard/guard.ts'
import { seenChecksumOf } from '../../core/migration/checksum.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { storedDown } from '../../core/migration/stored-down.ts'
import type { Repair } from '../../core/repair/repair.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { findInvalidIndexes } from '../catalog/invalid-indexes.ts'
import { connect } from '../driver/connect.ts'
import { LostConnection } from '../driver/lost-connection.ts'
import { missingRight } from '../driver/missing-right.ts'
import type { Client } from '../driver/pg.ts'
import { send } from '../driver/send.ts'
import type { Server } from '../driver/server.ts'
import { detailOf } from '../driver/server-error.ts'
import { withConnection } from '../driver/with-connection.ts'
import { acquireLock } from '../lock/advisory-lock.ts'
import { type History, readHistory } from './history.ts'
import { journalSql } from './journal-entry.ts'
import { rebuildSql } from './lost-rows.ts'
import { isRow, storeDownSql } from './records.ts'
import { bootstrapSql } from './schema.ts'
import { restoreTableSql } from './table-damage.ts'

export interface RepairContext {
  /** What the repairs were chosen by. */
  readonly seen: History
  readonly environment: Environment
  readonly lockWaitMs: number
  readonly tell: (sentence: string) => void
  readonly signal: AbortSignal
}

/**
 * Does the approved repairs under the lock: tracking changes in one transaction, then what must run outside one.
 * @throws NselfError `refused` when a run has changed the history since: what looked partially applied may be applied now.
 */
export async function repairTracking(
  server: Server,
  approved: Approved<Repair[]>,
  context: RepairContext,
): Promise<void> {
  const lock = await acquireLock(server, { ...context, waitMs: context.lockWaitMs })
  try {
    await withConnection(connect(server, 'nself repair'), null, async (client) => {
      refuseChanged(context.seen, await readHistory(client))
      await sendRepair(client, bootstrapSql(context.environment))
      const inside = approved.what
        .map((repair) => trackingSql(repair, context.environment))
        .filter((sql) => sql !== null)
      await sendRepair(client, ['BEGIN', ...inside, 'COMMIT'].join(';\n'))
      for (const repair of approved.what) {
        if (repair.kind !== 'drop-invalid-index') continue
        if (!(await findInvalidIndexes(client)).includes(repair.index)) {
          throw new NselfError('usage', `index ${repair.index} is not INVALID`, { hint: 'see nself db migrate repair' })
        }
        await sendRepair(client, `DROP INDEX CONCURRENTLY ${repair.index}`)
      }
    })
  } finally {
    await lock.release()
  }
}

/**
 * Puts the tables of nself right under the lock, in one transaction: what reads the history needs them first.
 * @throws NselfError `migration-failed` when the role may not; nothing was changed then.
 */
export async function restoreTables(
  server: Server,
  approved: Approved<Extract<Repair, { kind: 'restore-tables' }>>,
  context: Omit<RepairContext, 'seen'>,
): Promise<void> {
  const { environment } = context
  const { damages, what, kind } = approved.what
  const lock = await acquireLock(server, { ...context, waitMs: context.lockWaitMs })
  try {
    await withConnection(connect(server, 'nself repair'), null, async (client) => {
      const restored = damages.map((damage) => restoreTableSql(damage, environment)).filter((sql) => sql !== '')
      await sendRepair(client, ['BEGIN', ...restored, 'COMMIT'].join(';\n'))
      await sendRepair(client, bootstrapSql(environment))
      await sendRepair(client, journalSql(kind, null, 'done', environment, what))
    })
  } finally {
    await lock.release()
  }
}

function refuseChanged(seen: History, now: History): void {
  const key = ({ rows }: History) =>
    rows.map((row) => [row.version, row.state, row.checksum, row.statementsDone, row.statementBegun].join()).join('\n')
  if (key(seen) === key(now)) return
  throw new NselfError('refused', 'another run changed the history while this one waited', {
    hint: 'to see what has changed: nself db migrate status; this command changed nothing',
  })
}

function trackingSql(repair: Repair, environment: Environment): string | null {
  switch (repair.kind) {
    case 'accept':
    case 'renamed': {
      const { file, row, kind } = repair
      // The journal knows the old number as one that is applied no more.
      const gone = kind === 'renamed' ? `${journalSql('renamed-from', row, 'done', environment)};\n` : ''
      return `UPDATE nself.migrations SET version = ${file.version}, ${valuesOf(file)} WHERE ${isRow(row)};
${gone}${journalSql(kind, { ...file, file }, 'done', environment)}`
    }
    case 'mark-applied':
    case 'baseline':
      return `${recordedSql(repair, environment)};\n${journalSql(repair.kind, { ...repair.file, file: repair.file }, 'done', environment)}`
    case 'statement-done':
    case 'statement-again': {
      const set =
        repair.kind !== 'statement-done'
          ? 'statement_begun = statements_done'
          : `statements_done = statement_begun, done_checksum = '${repair.doneChecksum}'`
      return `UPDATE nself.migrations SET ${set} WHERE ${isRow(repair)};\n${journalSql(repair.kind, repair, 'done', environment)}`
    }
    case 'forget':
      return `DELETE FROM nself.migrations WHERE ${isRow(repair)};\n${journalSql('forget', repair, 'done', environment)}`
    case 'forget-repeatable': {
      const entry = journalSql(repair.kind, { version: null, name: repair.repeatable }, 'done', environment)
      return `DELETE FROM nself.repeatables WHERE name = ${quoteLiteral(repair.repeatable)};\n${entry}`
    }
    case 'renamed-repeatable': {
      const entry = journalSql(repair.kind, { version: null, name: repair.to }, 'done', environment)
      return `UPDATE nself.repeatables SET name = ${quoteLiteral(repair.to)} WHERE name = ${quoteLiteral(repair.repeatable)};\n${entry}`
    }
    case 'rebuild':
      return `${rebuildSql(environment)};
${repair.files.map(storeDownSql).join(';\n')};
${journalSql('rebuild', null, 'done', environment)}`
    case 'mark-environment':
      return `UPDATE nself.metadata SET value = '${repair.to}' WHERE key = 'environment';\n${journalSql('mark-environment', null, 'done', environment, repair.to)}`
    case 'restore-tables':
      return null
    case 'drop-invalid-index':
      return journalSql('drop-invalid-index', null, 'done', environment, repair.index)
  }
}

function recordedSql(
  { file, row }: { file: Migration; row: { version: string; name: string } | null },
  environment: Environment,
): string {
  if (row !== null) return `UPDATE nself.migrations SET state = 'applied', ${valuesOf(file)} WHERE ${isRow(row)}`
  return `INSERT INTO nself.migrations (version, environment, name, checksum, seen_checksum, down_sql)
 SELECT ${file.version}, '${environment}', ${sqlOf(file).join(', ')}`
}

const valuesOf = (file: Migration): string => {
  const [name, checksum, seen, down] = sqlOf(file)
  return `name = ${name}, checksum = ${checksum}, seen_checksum = ${seen}, down_sql = ${down}, proof = NULL`
}

const sqlOf = (file: Migration): string[] =>
  [file.name, file.checksum, seenChecksumOf(file.up), storedDown(file)].map(quoteLiteral)

/** A repair that fails says that it is one, and that this step changed nothing. */
async function sendRepair(client: Client, sql: string): Promise<void> {
  const { error } = await send(client, sql)
  if (error === null) return
  if (error instanceof LostConnection) throw error
  await send(client, 'ROLLBACK')
  const right = await missingRight(client, error)
  throw new NselfError('migration-failed', `repair failed: ${error.message}`, {
    hint: right === null ? 'this step changed nothing' : `${right}; this step changed nothing`,
    server: detailOf(error),
    cause: error,
  })
}
