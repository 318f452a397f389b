import { NselfError } from '../../core/errors.ts'
import type { Approved } from '../../core/guard/guard.ts'
import { interruption } from '../../core/interruption.ts'
import { locate } from '../../core/location.ts'
import { SqlError } from '../../core/sql/lexer.ts'
import { type SqlStatement, splitStatements } from '../../core/sql/statement.ts'
import { type Connection, connectAsPerson } from '../driver/connect.ts'
import { LostConnection } from '../driver/lost-connection.ts'
import { isInTransaction, queryOneRaw, queryRaw, type RawAnswer } from '../driver/pg.ts'
import type { ServerError } from '../driver/send.ts'
import type { Server } from '../driver/server.ts'
import { detailOf } from '../driver/server-error.ts'
import { withConnection } from '../driver/with-connection.ts'
import { utf16Offset } from '../run/failure.ts'
import { cancelling } from '../run/session.ts'
import { beginReadOnlySql, controlsTransaction } from './read-only-transaction.ts'

interface SendOptions {
  /** What the guard has let pass; null for a read-only transaction that is rolled back. */
  readonly write: Approved<string> | null
  readonly tell: (sentence: string) => void
  readonly signal: AbortSignal
}

/** The statements of a text. @throws NselfError `usage` for none, or for what only psql can do. */
export function statementsOf(sql: string): SqlStatement[] {
  const wrong = (message: string, offset: number, hint: string) =>
    new NselfError('usage', message, { location: locate('SQL', sql, offset), hint })
  let statements: SqlStatement[]
  try {
    statements = splitStatements(sql)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    throw wrong(error.message, error.offset, error.hint ?? 'fix it and run it again; nothing was sent')
  }
  if (statements.length === 0)
    throw new NselfError('usage', 'there is no SQL to run', { hint: "nself db query 'SELECT 1'" })
  const copy = statements.find(
    ({ words }) => words[0] === 'COPY' && (words.includes('STDIN') || words.includes('STDOUT')),
  )
  if (copy !== undefined) throw wrong('COPY needs a stream', copy.start, 'use SELECT with --csv, or nself db shell')
  return statements
}

/**
 * Runs SQL as psql -c does: several statements are one transaction unless they say otherwise.
 * @throws NselfError `query-failed` with the place in the SQL; `refused` for one that ends a read-only transaction;
 * `connection`, `interrupted`.
 */
export async function runQuery(server: Server, sql: string, options: SendOptions): Promise<RawAnswer[]> {
  const statements = statementsOf(sql)
  return withConnection(connectAsPerson(server, 'nself query'), null, async (client, connection) => {
    connection.onNotice = (message, severity) => options.tell(`${severity}: ${message}`)
    const work = options.write !== null ? asOne(connection, options.write.what) : readOnly(connection, sql, statements)
    try {
      const answers = await cancelling({ connection }, options.signal, work)
      if (isInTransaction(client)) options.tell('Warning: the SQL left its transaction open, so it was rolled back')
      return answers
    } catch (error) {
      if (!options.signal.aborted) throw error
      throw new NselfError(interruption(options.signal), 'interrupted; the query was cancelled', { cause: error })
    }
  })
}

async function asOne({ client }: Connection, sql: string): Promise<RawAnswer[]> {
  try {
    return await queryRaw(client, sql)
  } catch (error) {
    throw failure(error, sql, 0)
  }
}

async function readOnly(
  { client }: Connection,
  sql: string,
  statements: readonly SqlStatement[],
): Promise<RawAnswer[]> {
  const control = statements.find(controlsTransaction)
  if (control !== undefined) {
    throw new NselfError('refused', `${control.words[0]} in a read-only query`, {
      location: locate('SQL', sql, control.start),
      hint: 'remove it, or, if the query may write, add --write; nothing was run',
    })
  }
  await client.query(beginReadOnlySql('REPEATABLE READ'))
  const answers: RawAnswer[] = []
  for (const { sql: text, start } of statements) {
    try {
      answers.push(await queryOneRaw(client, text))
    } catch (error) {
      throw failure(error, sql, start)
    }
  }
  await client.query('ROLLBACK')
  return answers
}

function failure(error: unknown, sql: string, start: number): unknown {
  if (!(error instanceof Error)) return error
  const server: ServerError = error
  if (error instanceof LostConnection) {
    return new NselfError('connection', `the connection was lost: ${error.reason}`, {
      hint: 'check in the database what was done',
      cause: error,
    })
  }
  const position = Number(server.position)
  const place =
    position > 0 ? { location: locate('SQL', sql, start + utf16Offset(sql.slice(start), position - 1)) } : {}
  const hint =
    server.code === '25006' ? 'if it may write, add --write; nothing was changed' : 'fix the SQL and run it again'
  return new NselfError('query-failed', error.message, { ...place, server: detailOf(server), hint, cause: error })
}
