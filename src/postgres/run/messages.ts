import { certain } from '../../core/certain.ts'
import type { LeasedBytes, Section, SectionText } from '../../core/migration/section.ts'
import type { Statement } from '../../core/sql/statement-list.ts'

/** A message of this size costs the server little; one of a whole large file would cost it six times the file. */
const largest = 1_000_000

/** Statements of a section that are sent as one message. */
export interface SqlMessage {
  readonly kind: 'sql' | 'copy'
  readonly sql: string | Buffer
  /** To be called once it was sent. */
  readonly release?: () => void
  /** Where it begins in its section, as the places of statements are counted there. */
  readonly start: number
  /** The place of its first statement in the list of the section, from 0, and how many there are. */
  readonly first: number
  readonly count: number
}

/** What is sent of a section. Each `copy` is followed by its data, and these by their end. */
export type Message = SqlMessage | ({ readonly kind: 'data' } & LeasedBytes) | { readonly kind: 'end-of-data' }

/** The section as one message, or null for one that is too large for that or has COPY data in it. */
export function wholeMessage(section: Section): SqlMessage | null {
  if (section.kind === 'streamed' || section.sql.length > largest) return null
  for (const { data } of section.statements) if (data !== null) return null
  return { kind: 'sql', sql: section.sql, start: 0, first: 0, count: section.statements.length }
}

/** One statement as a message of its own. */
export function messageOf(statement: Statement, index: number, text: SectionText): SqlMessage {
  const kind = statement.data === null ? 'sql' : 'copy'
  return { kind, sql: text.sql(statement), start: statement.start, first: index, count: 1 }
}

/** Statements that wait to be sent together. */
interface Group {
  readonly start: number
  readonly end: number
  readonly first: number
}

/**
 * A section of any size as messages of about 1 MB: whole statements, each COPY with its data.
 * @param part the places in the list of the statements to take, `end` exclusive; all of them without it.
 */
export function* messagesOf(
  { statements }: Section,
  text: SectionText,
  part: { readonly first: number; readonly end: number } = { first: 0, end: statements.length },
): Generator<Message> {
  let group: Group | null = null
  let index = part.first
  for (; index < part.end; index++) {
    const statement = certain(statements.at(index))
    const { end, data, apart }: Statement = statement
    const isFull: boolean = group !== null && end - group.start > largest
    if (group !== null && (data !== null || apart || isFull)) {
      yield groupMessage(group, index, text)
      group = null
    }
    if (data === null) group = extended(group, statement, index)
    else {
      yield messageOf(statement, index, text)
      for (const lease of text.data(data)) yield { kind: 'data', ...lease }
      yield { kind: 'end-of-data' }
    }
  }
  if (group !== null) yield groupMessage(group, index, text)
}

function extended(group: Group | null, { start, end }: Statement, index: number): Group {
  return group === null ? { start, end, first: index } : { ...group, end }
}

/** @param next the place in the list of the statement after it. */
function groupMessage({ start, end, first }: Group, next: number, text: SectionText): SqlMessage {
  const { bytes, release } = text.raw({ start, end })
  return { kind: 'sql', sql: bytes, release, start, first, count: next - first }
}
