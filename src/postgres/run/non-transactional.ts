import { certain } from '../../core/certain.ts'
import { NselfError } from '../../core/errors.ts'
import type { BatchesDone } from '../../core/migration/batch.ts'
import { DoneChecksum } from '../../core/migration/checksum.ts'
import type { Section, SectionText } from '../../core/migration/section.ts'
import { holdSection, writtenStatement } from '../../core/migration/section-text.ts'
import { type WorkUnit, workUnits } from '../../core/migration/work-units.ts'
import { resumes } from '../../core/plan/plan.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { isTransactionControl, mayRunInside } from '../../core/sql/statement-list.ts'
import { must, refusal, rowsOf } from '../driver/must.ts'
import { type ServerError, send } from '../driver/send.ts'
import { shareSessionSql } from '../lock/advisory-lock.ts'
import { beginProgressSql, endProgressSql, statementDoneSql, undoBeginSql } from '../tracking/progress.ts'
import type { Origin } from '../tracking/records.ts'
import { swallowed } from './failure.ts'
import { becomeRole } from './header-role.ts'
import { messageOf } from './messages.ts'
import { runBare } from './outside-transaction.ts'
import type { Session } from './session.ts'
import { changedMeanwhile, type Failed, type MigrationWork } from './transaction.ts'
import { runUnit, type Unit, type UnitOptions } from './unit.ts'

/** What became of a section that does not run in one transaction. */
export interface StatementProgress {
  readonly failed: Failed | null
  /** How many of its statements are done, and stay. */
  readonly done: number
  /** How far its batches have come, where it runs in batches. */
  readonly batches?: BatchesDone
}

/**
 * Runs a migration statement by statement, its own transactions each as a whole, all of it journaled. After a failure
 * the next run resumes: what is done is skipped, and a statement whose outcome is unknown is looked up in the catalog.
 * @throws NselfError `refused` when it was edited in the part that is done already, or when nobody can tell
 * whether a statement was done.
 */
export async function runOutsideTransaction(
  session: Session,
  work: MigrationWork,
  options: UnitOptions,
): Promise<StatementProgress> {
  const { step, section } = work
  const text = holdSection(section)
  // Its statements would be cut where those of the other text were, and each of them commits.
  if (!text.isUnchanged())
    return { failed: { message: null, outcome: { error: changedMeanwhile(step), completed: 0 } }, done: 0 }
  const checksum = new DoneChecksum()
  const { done, begun } = progressOf(work, text, checksum)
  await begin(session, work, options)
  await beginSession(session, section, text, done)
  let reached = done
  for (const found of workUnits(section.statements, done)) {
    const unit = unitOf(work, found, text, checksum, reached)
    const isBare = !unit.isBlock && !mayRunInside(certain(section.statements.at(unit.first)))
    const failed = options.signal.aborted
      ? interruptedAt(work, unit)
      : isBare
        ? await runBare(session, work, unit, begun === unit.done, options.tell)
        : await runUnit(session, work, unit, options)
    if (failed !== null) {
      if (reached === 0 && !isBare) await undoBegin(session, work)
      return { failed, done: reached }
    }
    reached = unit.done
  }
  await send(session.client, 'DISCARD ALL')
  await must(session.client, endProgressSql(step, options.environment))
  return { failed: null, done: reached }
}

/** @param reached how many statements were added to the checksum. */
function unitOf(
  { step, section }: MigrationWork,
  unit: WorkUnit,
  text: SectionText,
  checksum: DoneChecksum,
  reached: number,
): Unit {
  for (let at = reached; at < unit.done; at++) {
    const written = writtenStatement(section, text, at)
    if (written !== null) checksum.add(written)
  }
  const what = unit.isBlock ? `the transaction that ends with statement ${unit.done}` : `statement ${unit.done}`
  return { ...unit, text, record: statementDoneSql(step, unit.done, checksum.hex()), name: `${what} of ${step.name}` }
}

function interruptedAt({ section }: MigrationWork, { first, text }: Unit): Failed {
  const statement = section.statements.at(first)
  const message = statement === undefined ? null : messageOf(statement, first, text)
  return { message, outcome: { error: interrupted, completed: 0 } }
}

/** @throws NselfError `refused` where nself's table takes no row: nobody would know what is done. */
export async function begin(
  { client }: Session,
  work: MigrationWork,
  origin: Origin,
  batches: BatchesDone | null = null,
): Promise<void> {
  const { step } = work
  const { error } = await send(client, beginProgressSql(step, origin, work, batches))
  if (error?.code === '22012') throw swallowed(step.name, error)
  if (error !== null) throw await refusal(client, error)
}

/** A DOWN of which nothing is done has not begun: what was applied, or applied in part, is so still. */
export async function undoBegin({ client }: Session, { step }: MigrationWork): Promise<void> {
  const { direction, applied } = step
  if (direction === 'down' && applied !== null && !resumes(step)) await send(client, undoBeginSql({ ...step, applied }))
}

/** Why the next statement, or batch, is not begun. */
export const interrupted: ServerError = Object.assign(new Error('interrupted'), { severity: 'ERROR', code: '57014' })

/** How far an earlier attempt got; the statements that are done are added to the checksum. */
function progressOf(
  { step, section }: MigrationWork,
  text: SectionText,
  checksum: DoneChecksum,
): { done: number; begun: number } {
  const { applied } = step
  if (applied === null || !resumes(step)) return { done: 0, begun: 0 }
  const { statementsDone: done, statementBegun: begun, doneChecksum } = applied
  for (let i = 0; i < done; i++) {
    const written = writtenStatement(section, text, i)
    if (written !== null) checksum.add(written)
  }
  if (done > 0 && doneChecksum !== checksum.hex()) {
    throw new NselfError('refused', `${step.name} was edited in its first ${done} statements, which are done already`, {
      hint: `undo that edit, or start over: nself db migrate repair --forget ${step.version}; what is done stays in the database, so remove first what would be in the way`,
    })
  }
  return { done, begun }
}

/** Something of it runs in no transaction of ours; a batch does, and what may is given one. */
function commitsByItself({ batch, statements }: Section, done: number): boolean {
  if (batch !== null) return false
  for (let i = done; i < statements.length; i++) {
    const statement = certain(statements.at(i))
    if (!mayRunInside(statement) && !isTransactionControl(statement)) return true
  }
  return false
}

/** What is set outside a transaction would stay with a server that others get next. */
function roleBehindPooler(role: string): NselfError {
  return new NselfError(
    'refused',
    `behind a pooler, a statement that runs outside a transaction cannot run as ${role}`,
    {
      hint: 'connect to the server itself, or log in as that role; nothing of it was run',
    },
  )
}

/**
 * Prepares a session for a section that runs statement by statement, with what the statements that are done have set for those
 * that follow; behind a pooler that would stay with the server.
 */
export async function beginSession(session: Session, section: Section, text: SectionText, done: number): Promise<void> {
  const { client } = session
  await send(client, 'DISCARD ALL')
  if (session.pooled) {
    if (section.role !== null && commitsByItself(section, done)) throw roleBehindPooler(section.role)
    return
  }
  const [row] = await rowsOf<{ lock_timeout: string }>(client, 'SHOW lock_timeout')
  const limits = [`lock_timeout = '${section.lockTimeout ?? (row?.lock_timeout === '0' ? '5s' : row?.lock_timeout)}'`]
  if (section.statementTimeout !== null) limits.push(`statement_timeout = '${section.statementTimeout}'`)
  if (session.checksClient) limits.push("client_connection_check_interval = '1s'")
  if (session.citusMode !== null) limits.push(`citus.multi_shard_modify_mode = ${quoteLiteral(session.citusMode)}`)
  await must(session.client, [...limits, 'standard_conforming_strings = on'].map((item) => `SET ${item}`).join('; '))
  await must(session.client, shareSessionSql)
  if (section.role !== null) await becomeRole(session.client, section.role)
  for (let i = 0; i < done; i++) {
    const statement = section.statements.at(i)
    if (statement?.kind !== 'setting') continue
    const sql = text.sql(statement)
    // These held for a transaction that is over.
    if (!/^SET\s+(?:LOCAL|TRANSACTION|CONSTRAINTS)\b/i.test(sql)) await send(client, sql)
  }
}
