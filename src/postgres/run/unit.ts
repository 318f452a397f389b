import type { Environment } from '../../core/environment.ts'
import type { SectionText } from '../../core/migration/section.ts'
import type { WorkUnit } from '../../core/migration/work-units.ts'
import { quoteIdentifier } from '../../core/sql/quoting.ts'
import { splitStatements } from '../../core/sql/statement.ts'
import { setsTransaction, type TransactionOptions, withTransactionOptions } from '../../core/sql/transaction-options.ts'
import { send } from '../driver/send.ts'
import { shareSql } from '../lock/advisory-lock.ts'
import { journalSql } from '../tracking/journal-entry.ts'
import type { Origin } from '../tracking/records.ts'
import { baselineSql, keepEffectsSql, verdictSql, zeroCountsSql } from './effects.ts'
import type { LockPatience } from './lock-patience.ts'
import { messageOf, messagesOf, type SqlMessage } from './messages.ts'
import type { Session } from './session.ts'
import {
  beginSql,
  beginSqlOf,
  cleanSqlOf,
  type Failed,
  type MigrationWork,
  readOnlyEndSql,
  readOnlySql,
  roleSql,
  sendMessages,
  settingsSql,
} from './transaction.ts'

/** What is done as a whole, with its text, and what is recorded once it is done. */
export interface Unit extends WorkUnit {
  readonly text: SectionText
  readonly record: string
  /** For a person: `statement 2 of 003_x`. */
  readonly name: string
}

export interface UnitOptions extends Origin {
  readonly tell: (sentence: string) => void
  readonly signal: AbortSignal
  /** A new one for each unit. */
  readonly patience: () => LockPatience
}

/** Runs what may run in a transaction in one, with its entry in the history; again while somebody holds a lock that it needs. */
export async function runUnit(
  session: Session,
  work: MigrationWork,
  unit: Unit,
  options: UnitOptions,
): Promise<Failed | null> {
  const patience = options.patience()
  for (;;) {
    const failed = await once(session, work, unit, options.environment)
    if (failed === null) return null
    await send(session.client, 'ROLLBACK')
    if (!(await patience.allows(unit.name, failed))) return failed
  }
}

async function once(
  session: Session,
  work: MigrationWork,
  unit: Unit,
  environment: Environment,
): Promise<Failed | null> {
  const { client } = session
  const { section, watched } = work
  const characteristics = unit.isBlock ? optionsOf(work, unit) : null
  if (watched?.start.keepsCounts === false) void send(client, zeroCountsSql)
  const opening = [unit.isBlock ? beginSqlOf(characteristics) : beginSql]
  if (session.pooled) opening.push(settingsSql(session, section), shareSql)
  if (watched !== null) opening.push(baselineSql(watched.start))
  if (characteristics?.readOnly) opening.push(readOnlySql)
  if (section.role !== null) opening.push(roleSql(section.role))
  const begun = await send(client, opening.join('; '))
  if (begun.error !== null) return { message: lastMessage(work, unit), outcome: begun }
  const failed = await sendMessages(client, messagesOf(section, unit.text, unit))
  if (failed !== null) return failed
  const closing = characteristics?.readOnly ? [readOnlyEndSql] : []
  closing.push('SET CONSTRAINTS ALL IMMEDIATE', asRunner(session, unit.record))
  const progress = journalSql(work.step.direction, work.step, 'progress', environment, detailOf(work, unit))
  if (unit.isBlock) closing.push(progress)
  if (watched !== null)
    closing.push(verdictSql(watched, unit.isBlock ? keepEffectsSql : `${progress}; ${keepEffectsSql}`))
  // What a SET leaves would stay with a server that others get next.
  if (session.pooled) closing.push(cleanSqlOf(session))
  const { error } = await send(client, [...closing, 'COMMIT'].join('; '))
  return error === null ? null : { message: lastMessage(work, unit), outcome: { error, completed: 0 } }
}

/** As the user that the session began as, whatever the migration has set, and without undoing that. */
export function asRunner({ user, pooled }: Session, sql: string): string {
  // What is set behind a pooler goes at the end of the transaction anyway.
  const role = pooled ? 'RESET ROLE' : `SET LOCAL ROLE ${quoteIdentifier(user)}`
  return `SET LOCAL SESSION AUTHORIZATION DEFAULT; ${role}; SET LOCAL search_path = pg_catalog; ${sql}`
}

/** What BEGIN and the SET TRANSACTION right after it say; COMMIT AND CHAIN keeps that. */
function optionsOf(
  { section: { statements } }: MigrationWork,
  { begin, first, text }: Unit,
): TransactionOptions | null {
  const wordsAt = (at: number) => {
    const statement = statements.at(at)
    return statement === undefined ? [] : (splitStatements(text.sql(statement))[0]?.words ?? [])
  }
  let options = begin === null ? null : withTransactionOptions(null, wordsAt(begin))
  for (const start of new Set([begin === null ? 0 : begin + 1, first])) {
    for (let at = start; statements.at(at)?.kind === 'setting'; at++) {
      const words = wordsAt(at)
      if (!setsTransaction(words)) break
      options = withTransactionOptions(options, words)
    }
  }
  return options
}

/** The statement that ends it: what fails behind all others is pointed at there. */
function lastMessage({ section: { statements } }: MigrationWork, { done, text }: Unit): SqlMessage | null {
  const last = statements.at(done - 1)
  return last === undefined ? null : messageOf(last, done - 1, text)
}

function detailOf({ section: { statements } }: MigrationWork, { first, end }: Unit): string {
  const [from, to] = [first + 1, Math.max(end, first + 1)]
  return `${from === to ? `statement ${from}` : `statements ${from} to ${to}`} of ${statements.length}`
}
