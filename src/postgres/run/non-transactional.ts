import type { Environment } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import { DoneChecksum } from '../../core/migration/checksum.ts'
import { resumes } from '../../core/migration/plan.ts'
import type { Section } from '../../core/migration/section.ts'
import { holdSection, type SectionText } from '../../core/migration/section-text.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import type { Statement } from '../../core/sql/statement-list.ts'
import { must, refusal, rowsOf } from '../driver/must.ts'
import { copyIn, type Outcome, type ServerError, send } from '../driver/send.ts'
import { shareSessionSql, shareSql } from '../lock/advisory-lock.ts'
import { beginProgressSql, endProgressSql, statementBegunSql, statementDoneSql } from '../tracking/progress.ts'
import { swallowed } from './failure.ts'
import type { LockPatience } from './lock-patience.ts'
import { messageOf, type SqlMessage } from './messages.ts'
import { prepareStatement } from './resume.ts'
import type { Session } from './session.ts'
import { beginSql, changedMeanwhile, cleanSqlOf, type Failed, type Work } from './transaction.ts'

interface Options {
  readonly environment: Environment
  readonly tell: (sentence: string) => void
  readonly signal: AbortSignal
  /** A new one for each statement. */
  readonly patience: () => LockPatience
}

/** A statement with its text, and what is recorded once it is done. */
interface Numbered {
  readonly statement: Statement
  readonly message: SqlMessage
  readonly text: SectionText
  /** Counted from 1. */
  readonly number: number
  readonly record: string
}

/**
 * Runs a migration statement by statement, each journaled. After a failure the next run resumes: what is done is
 * skipped, and a statement whose outcome is unknown is looked up in the catalog.
 * @throws NselfError `refused` when it was edited in the part that is done already, or when nobody can tell
 * whether a statement was done.
 */
export async function runOutsideTransaction(session: Session, work: Work, options: Options): Promise<Failed | null> {
  const { step, section } = work
  const text = holdSection(section)
  // Its statements would be cut where those of the other text were, and each of them commits.
  if (!text.isUnchanged()) return { message: null, outcome: { error: changedMeanwhile(step), completed: 0 } }
  const checksum = new DoneChecksum()
  const { done, begun } = progressOf(work, text, checksum)
  await begin(session, work, options.environment)
  await beginSession(session, section, text, done)
  let index = 0
  for (const statement of section.statements) {
    const number = ++index
    if (number <= done) continue
    const message = messageOf(statement, number - 1, text)
    if (options.signal.aborted) return { message, outcome: { error: interrupted, completed: 0 } }
    checksum.add(text.sql(statement))
    const record = statementDoneSql(step, number, checksum.hex())
    const numbered = { statement, message, text, number, record }
    const outcome = isPlain(statement)
      ? await insideWithRetries(session, work, numbered, options)
      : await bare(session, work, numbered, begun === number, options)
    if (outcome.error !== null) return { message, outcome }
  }
  await send(session.client, 'DISCARD ALL')
  await must(session.client, endProgressSql(step, options.environment))
  return null
}

/** @throws NselfError `refused` where nself's table takes no row: nobody would know what is done. */
async function begin({ client }: Session, { step, downSql }: Work, environment: Environment): Promise<void> {
  const { error } = await send(client, beginProgressSql(step, environment, downSql))
  if (error?.code === '22012') throw swallowed(step.name, error)
  if (error !== null) throw refusal(error)
}

const interrupted: ServerError = Object.assign(new Error('interrupted'), { severity: 'ERROR', code: '57014' })

/** How far an earlier attempt got; the statements that are done are added to the checksum. */
function progressOf(
  { step, section }: Work,
  text: SectionText,
  checksum: DoneChecksum,
): { done: number; begun: number } {
  const { applied } = step
  if (applied === null || !resumes(step)) return { done: 0, begun: 0 }
  const { statementsDone: done, statementBegun: begun, doneChecksum } = applied
  for (let i = 0; i < done; i++) {
    const statement = section.statements.at(i)
    if (statement !== undefined) checksum.add(text.sql(statement))
  }
  if (done > 0 && doneChecksum !== checksum.hex()) {
    throw new NselfError('refused', `${step.name} was edited in its first ${done} statements, which are done already`, {
      hint: `undo that edit, or start over after looking: nself db migrate repair --forget ${step.version}`,
    })
  }
  return { done, begun }
}

/** May run in a transaction, and cannot commit by itself. */
function isPlain({ kind }: Statement): boolean {
  return kind === 'plain' || kind === 'setting' || kind === 'copy'
}

/** What the statements that are done have set, for those that follow; behind a pooler it would stay with the server. */
async function beginSession(session: Session, section: Section, text: SectionText, done: number): Promise<void> {
  const { client } = session
  await send(client, 'DISCARD ALL')
  if (session.pooled) return
  const [row] = await rowsOf<{ lock_timeout: string }>(client, 'SHOW lock_timeout')
  const limits = [`lock_timeout = '${section.lockTimeout ?? (row?.lock_timeout === '0' ? '5s' : row?.lock_timeout)}'`]
  if (section.statementTimeout !== null) limits.push(`statement_timeout = '${section.statementTimeout}'`)
  if (session.checksClient) limits.push("client_connection_check_interval = '1s'")
  if (session.citusMode !== null) limits.push(`citus.multi_shard_modify_mode = ${quoteLiteral(session.citusMode)}`)
  await must(session.client, [...limits, 'standard_conforming_strings = on'].map((item) => `SET ${item}`).join('; '))
  await must(session.client, shareSessionSql)
  for (let i = 0; i < done; i++) {
    const statement = section.statements.at(i)
    if (statement?.kind === 'setting') await send(client, text.sql(statement))
  }
}

async function insideWithRetries(
  session: Session,
  { step }: Work,
  numbered: Numbered,
  options: Options,
): Promise<Outcome> {
  const patience = options.patience()
  for (;;) {
    const outcome = await inside(session, numbered)
    if (outcome.error === null) return outcome
    if (!(await patience.allows(`statement ${numbered.number} of ${step.name}`, outcome))) return outcome
  }
}

/** One that may run in a transaction runs in one, together with its journal entry. */
async function inside(session: Session, numbered: Numbered): Promise<Outcome> {
  const { client } = session
  const opening = await send(
    client,
    session.pooled ? `${beginSql}; SET LOCAL lock_timeout = '5s'; ${shareSql}` : beginSql,
  )
  if (opening.error !== null) return rolledBack(session, opening)
  const outcome = await sendStatement(session, numbered)
  if (outcome.error !== null) return rolledBack(session, outcome)
  // What a SET leaves would stay with a server that others get next.
  const cleaning = session.pooled ? `; ${cleanSqlOf(session)}` : ''
  const closing = await send(client, `${asRunner(session, numbered.record)}${cleaning}; COMMIT`)
  return closing.error === null ? outcome : rolledBack(session, closing)
}

/** As the user that the session began as, whatever the migration has set, and without undoing that. */
function asRunner({ user, pooled }: Session, sql: string): string {
  // What is set behind a pooler goes at the end of the transaction anyway.
  const role = pooled ? 'RESET ROLE' : `SET LOCAL ROLE ${quoteIdentifier(user)}`
  return `SET LOCAL SESSION AUTHORIZATION DEFAULT; ${role}; SET LOCAL search_path = pg_catalog; ${sql}`
}

async function rolledBack({ client }: Session, outcome: Outcome): Promise<Outcome> {
  await send(client, 'ROLLBACK')
  return outcome
}

async function sendStatement({ client }: Session, { statement, message, text }: Numbered): Promise<Outcome> {
  if (statement.data === null) return send(client, message.sql)
  const copy = copyIn(client, message.sql)
  for (const bytes of text.data(statement.data)) await copy.write(bytes)
  return copy.end()
}

/**
 * One that PostgreSQL refuses in a transaction, or that may commit by itself.
 * @param mayBeDone an earlier attempt began it, and its outcome is unknown.
 */
async function bare(
  session: Session,
  { step, section }: Work,
  numbered: Numbered,
  mayBeDone: boolean,
  options: Options,
): Promise<Outcome> {
  const { statement, text, number, record } = numbered
  const state = await prepareStatement(session.client, text.sql(statement), mayBeDone, options.tell)
  if (state === 'unknown') throw unknown(step.name, step.version, section, number)
  if (state === 'clear') {
    await must(session.client, journaled(session, statementBegunSql(step, number)))
    const outcome = await patiently(session, numbered)
    if (outcome.error !== null) {
      // The server says that it failed: that is no unknown outcome.
      const known = outcome.error.severity !== undefined
      if (known) await send(session.client, journaled(session, statementBegunSql(step, number - 1)))
      return outcome
    }
  } else if (state !== 'done') return state
  await must(session.client, journaled(session, record))
  return { error: null, completed: 1 }
}

function journaled(session: Session, sql: string): string {
  return `${beginSql}; ${asRunner(session, sql)}; COMMIT`
}

/** CONCURRENTLY waits for other transactions by design; giving up would only leave an INVALID index. */
async function patiently({ client }: Session, { statement, message }: Numbered): Promise<Outcome> {
  if (statement.kind !== 'concurrent') return send(client, message.sql)
  const [row] = await rowsOf<{ lock_timeout: string }>(client, 'SHOW lock_timeout')
  const limit = row?.lock_timeout ?? '0'
  if (limit === '0') return send(client, message.sql)
  await send(client, 'SET lock_timeout = 0')
  const outcome = await send(client, message.sql)
  await send(client, `SET lock_timeout = '${limit}'`)
  return outcome
}

function unknown(name: string, version: string, section: Section, number: number): NselfError {
  return new NselfError(
    'refused',
    `nobody can tell whether statement ${number} of ${name} (section on line ${section.line}) was done: an earlier run died in it`,
    {
      hint: `look at the database, then: nself db migrate repair --statement-done ${version}, or --statement-again ${version}`,
    },
  )
}
