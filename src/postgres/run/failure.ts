import { NselfError } from '../../core/errors.ts'
import { type Location, locate } from '../../core/location.ts'
import type { FailureReport } from '../../core/report.ts'
import { splitStatements } from '../../core/sql/statement.ts'
import type { Outcome, ServerError } from '../driver/send.ts'
import { detailOf, hintFor } from '../driver/server-error.ts'
import type { SqlPiece } from './chunks.ts'
import type { Script } from './transaction.ts'

/** What failed, pointed at in the migration's file as nearly as PostgreSQL tells. */
export function migrationFailure(
  step: Script['step'],
  piece: SqlPiece | null,
  outcome: Outcome,
  report: FailureReport,
): NselfError {
  const error = outcome.error as ServerError
  const location = piece === null ? undefined : place(step, piece, outcome)
  const hint = hintFor(error)
  // After its last statement: a deferred constraint, or what else PostgreSQL checks at COMMIT.
  const where = piece !== null && location === undefined ? ' at its end' : ''
  const code = report.kind === 'seed' ? 'seed-failed' : 'migration-failed'
  return new NselfError(code, `${step.name} failed${where}: ${error.message}`, {
    server: detailOf(error),
    ...(location === undefined ? {} : { location }),
    hint,
    report,
    cause: error,
  })
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
