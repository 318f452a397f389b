import type { Location } from '../../core/location.ts'
import type { Migration } from '../../core/migration/migration.ts'
import type { Section, SectionText } from '../../core/migration/section.ts'
import { locateIn } from '../../core/migration/section-text.ts'
import { passwordLiterals } from '../../core/password-literals.ts'
import type { StatementPlace } from '../../core/rehearse/rehearsed.ts'
import { isPlainInsert, type Statement } from '../../core/sql/statement-list.ts'
import type { ServerError } from '../driver/send.ts'

/** A section that is rehearsed, and what it is of. */
export interface RehearsedSection {
  readonly file: Migration
  readonly section: Section
  readonly text: SectionText
  /** As it was written, of a statement that stands for another. */
  readonly original: (sql: string) => string
}

/** Why a step did not run on the copy. */
export interface RehearsalFailure {
  readonly migration: string
  readonly error: ServerError
  /** Undefined where the server fails behind the last statement. */
  readonly location: Location | undefined
}

/** Statements that are measured as one: places in the list of the section, `end` exclusive. */
export interface StatementRange {
  readonly first: number
  readonly end: number
}

/** From this many statements on those that only add rows are not worth a look each. */
const many = 100
const longestText = 200

/** What of a range of statements is measured together: each by itself, but for plain INSERTs in a long file. */
export function* partsOf(
  { section, text }: RehearsedSection,
  { first, end }: StatementRange,
): Generator<StatementRange> {
  const groups = section.statements.length > many
  for (let at = first; at < end; ) {
    let next = at + 1
    if (groups && addsRows(section.statements.at(at), text))
      while (next < end && addsRows(section.statements.at(next), text)) next++
    yield { first: at, end: next }
    at = next
  }
}

function addsRows(statement: Statement | undefined, text: SectionText): boolean {
  if (statement === undefined || statement.data !== null || statement.apart) return false
  return statement.addsRows === true || isPlainInsert(text.sql(statement))
}

/** What a person is told of a part. */
export interface PartWords {
  readonly place: StatementPlace
  readonly text: string
  readonly count: number
  /** A new file of a table is no rewrite. */
  readonly empties: boolean
}

/** Where a part stands, and how it begins. */
export function wordsOf(
  { file, section, text, original }: RehearsedSection,
  { first, end }: StatementRange,
): PartWords {
  const [begin, last] = [section.statements.at(first), section.statements.at(end - 1)]
  const { name, path } = file
  if (begin === undefined || last === undefined)
    return {
      place: { migration: name, path, line: section.line, column: 1, lastLine: section.line },
      text: '',
      count: 0,
      empties: false,
    }
  const sql = text.sql(begin)
  const [start, stop] = [
    locateIn(section, path, begin.start, sql, 0),
    locateIn(section, path, last.start, text.sql(last), text.sql(last).length),
  ]
  return {
    place: { migration: name, path, line: start.line, column: start.column, lastLine: stop.line },
    text: beginningOf(original(sql)),
    count: end - first,
    empties: /^\s*truncate\b/i.test(sql),
  }
}

/** The beginning of a statement on one line, without its comments and passwords. */
function beginningOf(sql: string): string {
  const shown = passwordLiterals(sql).reduce((text, secret) => text.replaceAll(secret, '***'), sql)
  const line = shown
    .replace(/^\s*--.*$/gm, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return [...line].length > longestText ? `${[...line].slice(0, longestText - 1).join('')}…` : line
}
