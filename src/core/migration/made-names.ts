import { seenText } from '../sql/seen-text.ts'
import type { Section } from './section.ts'

const makes =
  /^\s*CREATE\s+(?:UNLOGGED\s+)?(?:TABLE|TYPE|DOMAIN|SEQUENCE|VIEW|MATERIALIZED\s+VIEW)\s+(?!IF\s+NOT\b)((?:"(?:[^"]|"")+"|[\w$]+)(?:\s*\.\s*(?:"(?:[^"]|"")+"|[\w$]+))?)/i
/** After these a name that was taken may be free. */
const frees = /^\s*(?:DROP|ALTER|SET|DO|CALL|SELECT)\b/i

/** The names of tables, types, sequences and views that a section makes first, which must be free, as SQL writes them. */
export function namesMadeFirst(section: Section): string[] {
  if (section.kind !== 'held') return []
  const names: string[] = []
  for (const { start, end } of section.statements) {
    const statement = seenText(section.sql.slice(start, end))
    if (frees.test(statement)) break
    const name = makes.exec(statement)?.[1]
    if (name !== undefined) names.push(name)
  }
  return names
}
