import { type Location, locate } from '../location.ts'
import type { Stretch } from '../sql/statement-list.ts'
import type { HeldSection, Section, SectionText, WrittenSection } from './section.ts'

const keep = () => {}

/** Begins to read a section. What is in memory may be taken in any order. */
export function openSection(section: Section): SectionText {
  if (section.kind === 'streamed') return section.open()
  const part = ({ start, end }: Stretch) => section.sql.slice(start, end)
  return {
    sql: part,
    raw: (stretch) => ({ bytes: part(stretch), release: keep }),
    data: (stretch) => [{ bytes: Buffer.from(part(stretch)), release: keep }],
    isUnchanged: () => true,
  }
}

/** The same with the whole section in memory, for what runs while its file may be edited. */
export function holdSection(section: Section): SectionText {
  return section.kind === 'streamed' ? section.hold() : openSection(section)
}

/** The text of a section that is in memory, as a person reads it. */
export const sourceOf = ({ source, sql }: Pick<HeldSection, 'source' | 'sql'>): string => source ?? sql

/** All of a section at once. */
export function wholeText(section: Section): string {
  return section.kind === 'held' ? sourceOf(section) : section.file.text(section.start, section.end)
}

/** The place in its file of an offset in `text`, which begins at `start` of the section. */
export function locateIn(section: Section, path: string, start: number, text: string, offset: number): Location {
  if (section.kind === 'held') {
    const { written } = section
    if (written === undefined) return locate(path, sourceOf(section), start + offset, section.line)
    return locate(path, written.sql, writtenOffset(written, start + offset), section.line)
  }
  const { line, before } = section.file.lineAt(start)
  return locate(path, before + text, before.length + offset, line)
}

/** Where in a section as it is written something stands that was put at this place when it was filled in. */
function writtenOffset({ fillings }: WrittenSection, offset: number): number {
  const before = fillings.findLast(({ start }) => start <= offset)
  if (before === undefined) return offset
  return offset < before.end ? before.use.start : before.use.end + offset - before.end
}

/** A statement of a section as it is written. */
export function writtenStatement(section: Section, text: SectionText, at: number): string | null {
  const { statements, sql } = (section.kind === 'held' && section.written) || {
    statements: section.statements,
    sql: null,
  }
  const statement = statements.at(at)
  if (statement === undefined) return null
  return sql === null ? text.sql(statement) : sql.slice(statement.start, statement.end)
}

const changesRows = /^(?:delete|update|truncate|merge|drop|with|do|call|alter\s+table[^;]*\bdrop)\b/i

/** True for a section that is in memory and has a statement that, by its first words, may change rows or take them. */
export function mayChangeRows(section: Section): boolean {
  if (section.kind === 'streamed') return false
  for (const { start, end } of section.statements) if (changesRows.test(section.sql.slice(start, end))) return true
  return false
}
