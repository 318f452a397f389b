import type { BatchesDone } from '../../core/migration/batch.ts'
import { type FilledBatch, fillBatch, writtenPlace } from '../../core/migration/batch-section.ts'
import type { Section } from '../../core/migration/section.ts'
import { sourceOf } from '../../core/migration/section-text.ts'
import { grouped } from '../../core/quantities.ts'
import { type ServerError, send } from '../driver/send.ts'
import { shareSql } from '../lock/advisory-lock.ts'
import { journalSql } from '../tracking/journal-entry.ts'
import { batchDoneSql } from '../tracking/progress.ts'
import type { Origin } from '../tracking/records.ts'
import { baselineSql, keepEffectsSql, verdictSql, zeroCountsSql } from './effects.ts'
import { utf16Offset } from './failure.ts'
import type { SqlMessage } from './messages.ts'
import type { Session } from './session.ts'
import { beginSql, cleanSqlOf, type Failed, type MigrationWork, roleSql, settingsSql } from './transaction.ts'
import { asRunner } from './unit.ts'

/** The statement of a section that runs in batches. */
export interface BatchStatement {
  /** With its variables filled in; the ends of a batch stand in it by their names. A failure is pointed at in it. */
  readonly message: SqlMessage & { readonly sql: string }
}

/** The one statement of a section with a batch header. */
export function batchStatement(section: Section): BatchStatement {
  const statement = section.statements.at(0)
  if (section.kind === 'streamed' || statement === undefined) throw new Error('no statement to run in batches')
  const { start, end } = statement
  const sql = sourceOf(section).slice(start, end)
  return { message: { kind: 'sql', sql, start, first: 0, count: 1 } }
}

/** What became of one batch. */
interface BatchOutcome {
  readonly failed: Failed | null
  /** How many rows its statement says that it concerned. */
  readonly rows: number
  readonly tookMs: number
}

/**
 * Runs one batch in a transaction with its checkpoint.
 * @param ends the keys of its first row and its last, as SQL; null where there are none.
 * @param done what is recorded once it is done; known only by its rows where it is a function, and null for nothing.
 */
export async function runBatch(
  session: Session,
  work: MigrationWork,
  { message }: BatchStatement,
  ends: { readonly from: string; readonly to: string } | null,
  done: BatchesDone | ((rows: number) => BatchesDone | null),
  origin: Origin,
): Promise<BatchOutcome> {
  const { client } = session
  const filled = ends === null ? { sql: message.sql, fillings: [] } : fillBatch(message.sql, ends)
  const began = performance.now()
  if (work.watched?.start.keepsCounts === false) void send(client, zeroCountsSql)
  // All is sent without waiting: what follows a failure is refused with its transaction.
  const opening = send(client, openingSql(session, work))
  const running = send(client, filled.sql)
  const closing = typeof done === 'function' ? null : send(client, closingSql(session, work, done, origin))
  const opened = await opening
  const ran = await running
  const rows = ran.rows ?? 0
  const closed = await (closing ??
    (ran.error === null && typeof done === 'function'
      ? send(client, closingSql(session, work, done(rows), origin))
      : ran))
  const tookMs = performance.now() - began
  const failed = (error: ServerError): BatchOutcome => ({
    failed: { message, outcome: { error, completed: error === closed.error && ran.error === null ? 1 : 0 } },
    rows,
    tookMs,
  })
  if (opened.error !== null) return failed(opened.error)
  if (ran.error !== null) return failed(placed(ran.error, filled, message.sql))
  return closed.error === null ? { failed: null, rows, tookMs } : failed(closed.error)
}

function openingSql(session: Session, { section, watched }: MigrationWork): string {
  // The last commit of the run makes all before it durable.
  const parts = [beginSql, 'SET LOCAL synchronous_commit = off']
  if (session.pooled) parts.push(settingsSql(session, section), shareSql)
  if (watched !== null) parts.push(baselineSql(watched.start))
  if (section.role !== null) parts.push(roleSql(section.role))
  return parts.join('; ')
}

function closingSql(
  session: Session,
  { step, watched }: MigrationWork,
  done: BatchesDone | null,
  { environment }: Origin,
): string {
  const parts = ['SET CONSTRAINTS ALL IMMEDIATE']
  if (done !== null) {
    const progress = journalSql(step.direction, step, 'progress', environment, detailOf(done))
    parts.push(asRunner(session, `${batchDoneSql(step, done)}; ${progress}`))
  }
  if (watched !== null) parts.push(done === null ? verdictSql(watched) : verdictSql(watched, keepEffectsSql, true))
  // What a SET leaves would stay with a server that others get next.
  if (session.pooled) parts.push(cleanSqlOf(session))
  return [...parts, 'COMMIT'].join('; ')
}

/** `batch 14, up to (3, 70000): 70,000 rows` */
function detailOf({ batches, rows, to }: BatchesDone): string {
  const key = to === null ? '' : `, up to ${to.length === 1 ? to[0] : `(${to.join(', ')})`}`
  return `batch ${batches}${key}: ${grouped(rows)} rows in all`
}

/** What the server says of the filled statement, said of the one that is written. */
export function placed(error: ServerError, filled: FilledBatch, written: string): ServerError {
  const position = Number(error.position)
  if (!(position > 0)) return error
  const offset = writtenPlace(filled, utf16Offset(filled.sql, position - 1))
  const moved = [...written.slice(0, offset)].length + 1
  return Object.assign(new Error(error.message), error, { position: String(moved) })
}
