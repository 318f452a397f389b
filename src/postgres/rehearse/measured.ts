import { certain } from '../../core/certain.ts'
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

/** From this many statements on those that work on rows alike are not worth a look each. */
const many = 100
const longestText = 200

/** What of a range of statements is measured together: each by itself, but in a long file those in a row that work alike on rows. */
export function* partsOf({ section }: RehearsedSection, { first, end }: StatementRange): Generator<StatementRange> {
  const groups = section.statements.length > many
  for (let at = first; at < end; ) {
    let next = at + 1
    const work = groups ? workOnRows(section, at) : null
    while (work !== null && next < end && workOnRows(section, next) === work) next++
    yield { first: at, end: next }
    at = next
  }
}

/** What a statement does to rows, in words that are the same for others like it: `update orders`; null for any other. */
function workOnRows(section: Section, at: number): string | null {
  const statement = section.statements.at(at)
  if (statement === undefined || statement.data !== null || statement.apart) return null
  if (statement.addsRows === true) return 'values'
  const sql = sqlOf(section, statement)
  if (isPlainInsert(sql)) return 'values'
  const words = /^\s*(insert\s+into|update|delete\s+from)\s+([^\s(]+)/i.exec(sql)
  return words === null ? null : `${words[1]} ${words[2]}`.toLowerCase()
}

/** A statement, whatever of its section was sent so far. */
function sqlOf(section: Section, { start, end }: Statement): string {
  return section.kind === 'held' ? section.sql.slice(start, end) : section.file.text(start, end)
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
export function wordsOf({ file, section, original }: RehearsedSection, { first, end }: StatementRange): PartWords {
  const { name, path } = file
  const begin = certain(section.statements.at(first))
  const last = certain(section.statements.at(end - 1))
  const sql = sqlOf(section, begin)
  const start = locateIn(section, path, begin.start, sql, 0)
  const lastSql = sqlOf(section, last)
  const stop = locateIn(section, path, last.start, lastSql, lastSql.length)
  return {
    place: { migration: name, path, line: start.line, column: start.column, lastLine: stop.line },
    text: beginningOf(original(sql)),
    count: end - first,
    empties: /^\s*truncate\b/i.test(sql),
  }
}

/** The beginning of a statement on one line, without its comments and passwords. */
function beginningOf(sql: string): string {
  const begin = sql.slice(0, 10 * longestText)
  const shown = passwordLiterals(begin).reduce((text, secret) => text.replaceAll(secret, '***'), begin)
  const line = [
    ...shown
      .replace(/^\s*--.*$/gm, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  ]
  return line.length > longestText ? `${line.slice(0, longestText - 1).join('')}…` : line.join('')
}
