import { type Location, locate } from '../location.ts'
import type { Stretch } from '../sql/statement-list.ts'
import type { Section, SectionText } from './section.ts'

const keep = () => {}

/** Begins to read a section. What is in memory may be taken in any order. */
export function openSection(section: Section): SectionText {
  if (section.kind === 'streamed') return section.open()
  const part = ({ start, end }: Stretch) => section.sql.slice(start, end)
  return {
    sql: part,
    raw: (stretch) => ({ bytes: part(stretch), giveBack: keep }),
    data: (stretch) => [{ bytes: Buffer.from(part(stretch)), giveBack: keep }],
    isUnchanged: () => true,
  }
}

/** The same with the whole section in memory, for what runs while its file may be edited. */
export function holdSection(section: Section): SectionText {
  return section.kind === 'streamed' ? section.hold() : openSection(section)
}

/** All of a section at once. */
export function wholeText(section: Section): string {
  return section.kind === 'held' ? section.sql : section.file.text(section.start, section.end)
}

/** The place in its file of an offset in `text`, which begins at `start` of the section. */
export function locateIn(section: Section, path: string, start: number, text: string, offset: number): Location {
  if (section.kind === 'held') return locate(path, section.sql, start + offset, section.line)
  const { line, before } = section.file.lineAt(start)
  return locate(path, before + text, before.length + offset, line)
}

const changesRows = /^(?:delete|update|truncate|merge|drop|with|do|call|alter\s+table[^;]*\bdrop)\b/i

/** True for a section that is in memory and has a statement that, by its first words, may change rows or take them. */
export function mayChangeRows(section: Section): boolean {
  if (section.kind === 'streamed') return false
  for (const { start, end } of section.statements) if (changesRows.test(section.sql.slice(start, end))) return true
  return false
}
