import { type Location, NselfError, type ServerDetail } from '../../core/errors.ts'
import { locate } from '../../core/location.ts'
import { splitStatements } from '../../core/sql/statement.ts'
import { LostConnection } from '../driver/lost-connection.ts'
import type { Client, Row } from '../driver/pg.ts'
import { type Outcome, type ServerError, send } from '../driver/send.ts'
import type { SqlPiece } from './chunks.ts'
import type { Report, SeedReport } from './report.ts'
import type { Script } from './transaction.ts'

/** What failed, pointed at in the migration's file as nearly as PostgreSQL tells. */
export function migrationFailure(
  step: Script['step'],
  piece: SqlPiece | null,
  outcome: Outcome,
  report: Report | SeedReport,
): NselfError {
  const error = outcome.error as ServerError
  const location = piece === null ? undefined : place(step, piece, outcome)
  const hint = hintFor(error)
  // After its last statement: a deferred constraint, or what else PostgreSQL checks at COMMIT.
  const where = piece !== null && location === undefined ? ' at its end' : ''
  const code = report.action === 'seed' ? 'seed-failed' : 'migration-failed'
  return new NselfError(code, `${step.name} failed${where}: ${error.message}`, {
    server: detailOf(error),
    ...(location === undefined ? {} : { location }),
    hint,
    report,
    cause: error,
  })
}

/** A failure of what the runner itself sends: the tracking tables, the transaction around all. */
function refusal(error: ServerError): NselfError {
  return new NselfError('migration-failed', error.message, {
    server: detailOf(error),
    hint:
      error.code === '42501'
        ? 'the role needs CREATE on the database: GRANT CREATE ON DATABASE … TO …'
        : hintFor(error),
    cause: error,
  })
}

/** Sends what the runner cannot go on without. @throws LostConnection; NselfError `migration-failed`. */
export async function must(client: Client, sql: string): Promise<void> {
  const { error } = await send(client, sql)
  if (error !== null) throw error instanceof LostConnection ? error : refusal(error)
}

/** The rows of a question that the runner cannot go on without. @throws as must. */
export async function rowsOf<R extends Row>(client: Client, sql: string): Promise<R[]> {
  try {
    return (await client.query<R>(sql)).rows
  } catch (error) {
    throw error instanceof LostConnection ? error : refusal(error as ServerError)
  }
}

export function detailOf(error: ServerError): ServerDetail {
  return {
    sqlstate: error.code ?? '',
    ...(error.detail ? { detail: error.detail } : {}),
    ...(error.hint ? { hint: error.hint } : {}),
    ...(error.where ? { where: error.where } : {}),
  }
}

function place(step: Script['step'], piece: SqlPiece, { error, completed }: Outcome): Location | undefined {
  const path = step.file?.path ?? `${step.name}.sql (DOWN from the database)`
  const at = (offset: number) => locate(path, piece.before + piece.sql, piece.before.length + offset, piece.line)
  const position = Number(error?.position)
  if (position > 0 && position <= piece.sql.length + 1) return at(utf16Offset(piece.sql, position - 1))
  if (piece.kind === 'copy') return placeInData(at(0), piece, error?.where ?? '')
  const statement = splitStatements(piece.sql)[completed]
  if (statement === undefined) return undefined
  const line = /inline_code_block line (\d+)/.exec(error?.where ?? '')?.[1]
  const body = /\$(\w*)\$/.exec(statement.sql)
  if (line === undefined || body === null) return at(statement.start)
  return at(statement.start + lineOffset(statement.sql, body.index + body[0].length, Number(line) - 1))
}

/** The data begin on the line after COPY; PostgreSQL tells which of their lines is wrong, and what it says. */
function placeInData(copy: Location, piece: SqlPiece, where: string): Location {
  const [, line, told] = /^COPY .*?, line (\d+)(?:, column [^:]*)?(?:: "(.*)")?/.exec(where) ?? []
  if (line === undefined) return copy
  return {
    path: copy.path,
    line: piece.line + piece.sql.split('\n').length - 1 + Number(line),
    column: 1,
    excerpt: told ?? '',
    caret: 0,
  }
}

/** PostgreSQL counts characters, JavaScript UTF-16 units: they differ after an emoji. */
export function utf16Offset(text: string, characters: number): number {
  let offset = 0
  for (let i = 0; i < characters && offset < text.length; i++)
    offset += (text.codePointAt(offset) as number) > 0xffff ? 2 : 1
  return offset
}

function lineOffset(text: string, from: number, lines: number): number {
  let at = from
  for (let i = 0; i < lines; i++) {
    const next = text.indexOf('\n', at)
    if (next === -1) return at
    at = next + 1
  }
  return at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0)
}

const goesOn = 'mend the file and run the command again: it goes on from there'

function hintFor(error: ServerError): string {
  switch (error.code) {
    case '55P04':
      return 'a new enum value can be used only after it is committed: put the use into the next migration'
    case '55P03':
      return 'another session holds a lock on this table; try again when it is done, or raise it: -- nself: lock-timeout 30s'
    case '25001':
      if (/^SET TRANSACTION/.test(error.message)) return 'remove it: nself has begun the transaction, as READ COMMITTED'
      return 'this statement cannot run in a transaction: add a line -- nself: no-transaction above it'
    case '2D000':
      return 'it commits by itself: add a line -- nself: no-transaction above it'
    case '42P01':
      if (/nself\.(migrations|journal)/.test(error.message)) {
        return 'the migration drops what nself keeps in the schema nself; leave that schema alone'
      }
      return goesOn
    case '25006':
      return 'the server is read-only (a standby, or default_transaction_read_only): connect to the primary'
    case '42501':
      return 'the role lacks a right: grant it, or connect as the owner'
    case '57014':
      return 'the statement was cancelled; a longer limit: -- nself: statement-timeout 10min'
    case '53100':
      return "the server's disk is full: make room there, then run the command again: it goes on from there"
    case '53200':
      return 'out of memory or locks: apply fewer at once, or raise max_locks_per_transaction'
    case '25P02':
      return 'an earlier statement of this transaction failed'
    default:
      return goesOn
  }
}
