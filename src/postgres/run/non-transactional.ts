import { NselfError } from '../../core/errors.ts'
import { sha256 } from '../../core/migration/checksum.ts'
import type { Section } from '../../core/migration/migration.ts'
import { resumes } from '../../core/migration/plan.ts'
import { isConcurrent, type Statement, splitStatements, transactionRole } from '../../core/sql/statement.ts'
import { must, rowsOf } from '../driver/must.ts'
import { copyIn, type Outcome, type ServerError, send } from '../driver/send.ts'
import { shareSessionSql, shareSql } from '../lock/advisory-lock.ts'
import { beginProgressSql, endProgressSql, statementBegunSql, statementDoneSql } from '../tracking/history.ts'
import type { SqlPiece } from './chunks.ts'
import { prepareStatement } from './resume.ts'
import type { RunOptions } from './run-options.ts'
import type { Session } from './session.ts'
import { beginSql, cleanSql, type Failed, type Work } from './transaction.ts'

const lockAttempts = 8

/**
 * Runs a migration statement by statement, each journaled. After a failure the next run resumes: what is done is
 * skipped, and a statement whose outcome is unknown is looked up in the catalog.
 * @throws NselfError `refused` when it was edited in the part that is done already, or when nobody can tell
 * whether a statement was done.
 */
export async function runOutsideTransaction(session: Session, work: Work, options: RunOptions): Promise<Failed | null> {
  const { step, section } = work
  let sql = ''
  for await (const text of work.texts()) sql += text
  const statements = splitStatements(sql)
  const texts = statements.map((statement) => statement.sql)
  const { done, begun } = progressOf(work, texts)
  await must(session.client, beginProgressSql(step, options.environment, work.downSql))
  await beginSession(session, section, statements.slice(0, done))
  for (const [i, statement] of statements.entries()) {
    if (i < done) continue
    const piece = pieceOf(section, sql, statement)
    if (options.signal.aborted) return { piece, outcome: { error: interrupted, completed: 0 } }
    const record = statementDoneSql(step.version, texts.slice(0, i + 1))
    const outcome = isPlain(statement)
      ? await insideWithRetries(session, statement, record, options)
      : await bare(session, work, { statement, number: i + 1, mayBeDone: begun === i + 1, record }, options)
    if (outcome.error !== null) return { piece, outcome }
  }
  await send(session.client, 'DISCARD ALL')
  await must(session.client, endProgressSql(step, options.environment))
  return null
}

const interrupted: ServerError = Object.assign(new Error('interrupted'), { severity: 'ERROR', code: '57014' })

function progressOf({ step }: Work, texts: readonly string[]): { done: number; begun: number } {
  const { applied } = step
  if (applied === null || !resumes(step)) return { done: 0, begun: 0 }
  const { statementsDone: done, statementBegun: begun, doneChecksum } = applied
  if (done > 0 && doneChecksum !== checksumOf(texts.slice(0, done))) {
    throw new NselfError('refused', `${step.name} was edited in its first ${done} statements, which are done already`, {
      hint: `undo that edit, or start over after looking: nself db migrate repair --forget ${step.version}`,
    })
  }
  return { done, begun }
}

function checksumOf(done: readonly string[]): string {
  return sha256(done.join('\0'))
}

/** May run in a transaction, and cannot commit by itself. */
function isPlain({ words }: Statement): boolean {
  return transactionRole(words) === 'inside' && words[0] !== 'CALL' && words[0] !== 'DO'
}

function pieceOf(section: Section, sql: string, { sql: text, start, copiesIn }: Statement): SqlPiece {
  const lineStart = sql.lastIndexOf('\n', start - 1) + 1
  const line = section.line + sql.slice(0, start).split('\n').length - 1
  return { kind: copiesIn ? 'copy' : 'sql', sql: text, line, before: sql.slice(lineStart, start) }
}

/** What the statements that are done have set, for those that follow; behind a pooler it would stay with the server. */
async function beginSession(session: Session, section: Section, done: readonly Statement[]): Promise<void> {
  const { client } = session
  await send(client, 'DISCARD ALL')
  if (session.pooled) return
  const [row] = await rowsOf<{ lock_timeout: string }>(client, 'SHOW lock_timeout')
  const limits = [`lock_timeout = '${section.lockTimeout ?? (row?.lock_timeout === '0' ? '5s' : row?.lock_timeout)}'`]
  if (section.statementTimeout !== null) limits.push(`statement_timeout = '${section.statementTimeout}'`)
  if (session.checksClient) limits.push("client_connection_check_interval = '1s'")
  await must(session.client, [...limits, 'standard_conforming_strings = on'].map((item) => `SET ${item}`).join('; '))
  await must(session.client, shareSessionSql)
  for (const { sql, words } of done) if (words[0] === 'SET' || words[0] === 'RESET') await send(client, sql)
}

async function insideWithRetries(
  session: Session,
  statement: Statement,
  record: string,
  options: RunOptions,
): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await inside(session, statement, record)
    const waits = outcome.error?.code === '55P03' && attempt < lockAttempts && !options.signal.aborted
    if (!waits) return outcome
    options.tell(`another session holds a lock that is needed; attempt ${attempt + 1} of ${lockAttempts}`)
    await new Promise((resolve) => setTimeout(resolve, (250 + Math.random() * 500) * attempt))
  }
}

/** One that may run in a transaction runs in one, together with its journal entry. */
async function inside(session: Session, statement: Statement, record: string): Promise<Outcome> {
  const { client } = session
  const opening = await send(
    client,
    session.pooled ? `${beginSql}; SET LOCAL lock_timeout = '5s'; ${shareSql}` : beginSql,
  )
  if (opening.error !== null) return rolledBack(session, opening)
  const outcome = await sendStatement(session, statement)
  if (outcome.error !== null) return rolledBack(session, outcome)
  // What a SET leaves would stay with a server that others get next.
  const cleaning = session.pooled ? `; ${cleanSql}` : ''
  const closing = await send(client, `${asRunner(record)}${cleaning}; COMMIT`)
  return closing.error === null ? outcome : rolledBack(session, closing)
}

/** As the user who connected, whatever the migration has set, and without undoing that. */
function asRunner(sql: string): string {
  return `SET LOCAL SESSION AUTHORIZATION DEFAULT; SET LOCAL ROLE NONE; SET LOCAL search_path = pg_catalog; ${sql}`
}

async function rolledBack({ client }: Session, outcome: Outcome): Promise<Outcome> {
  await send(client, 'ROLLBACK')
  return outcome
}

async function sendStatement({ client }: Session, { sql, copyData }: Statement): Promise<Outcome> {
  if (copyData === null) return send(client, sql)
  const copy = copyIn(client, sql)
  await copy.write(copyData)
  return copy.end()
}

interface Bare {
  readonly statement: Statement
  /** Counted from 1. */
  readonly number: number
  /** An earlier attempt began it, and its outcome is unknown. */
  readonly mayBeDone: boolean
  readonly record: string
}

/** One that PostgreSQL refuses in a transaction, or that may commit by itself. */
async function bare(
  session: Session,
  { step, section }: Work,
  { statement, number, mayBeDone, record }: Bare,
  options: RunOptions,
): Promise<Outcome> {
  const way = await prepareStatement(session.client, statement, mayBeDone, options.tell)
  if (way === 'unknown') throw unknown(step.name, step.version, section, number)
  if (way === 'clear') {
    await must(session.client, journaled(statementBegunSql(step.version, number)))
    const outcome = await patiently(session, statement)
    if (outcome.error !== null) {
      // The server says that it failed: that is no unknown outcome.
      const known = outcome.error.severity !== undefined
      if (known) await send(session.client, journaled(statementBegunSql(step.version, number - 1)))
      return outcome
    }
  } else if (way !== 'done') return way
  await must(session.client, journaled(record))
  return { error: null, completed: 1 }
}

function journaled(sql: string): string {
  return `${beginSql}; ${asRunner(sql)}; COMMIT`
}

/** CONCURRENTLY waits for other transactions by design; giving up would only leave an INVALID index. */
async function patiently({ client }: Session, statement: Statement): Promise<Outcome> {
  if (!isConcurrent(statement.words)) return send(client, statement.sql)
  const [row] = await rowsOf<{ lock_timeout: string }>(client, 'SHOW lock_timeout')
  const limit = row?.lock_timeout ?? '0'
  if (limit === '0') return send(client, statement.sql)
  await send(client, 'SET lock_timeout = 0')
  const outcome = await send(client, statement.sql)
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
