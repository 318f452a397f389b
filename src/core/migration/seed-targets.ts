import { quoteIdentifier } from '../sql/quoting.ts'
import { leadingNames } from '../sql/statement.ts'
import type { Section } from './section.ts'
import { openSection } from './section-text.ts'

/** What of a statement holds the name of its table. */
const head = 2000

/** The tables that a seed fills by INSERT or COPY, quoted. */
export function seedTargets(section: Section): string[] {
  const text = openSection(section)
  const tables = new Set<string>()
  for (const { start, end } of section.statements) {
    const [first, second, ...rest] = leadingNames(String(text.sql({ start, end: Math.min(end, start + head) })), 6)
    if (first === 'insert' && second === 'into') tables.add(tableOf(rest))
    if (first === 'copy' && second !== undefined && second !== '(') tables.add(tableOf([second, ...rest]))
  }
  return [...tables]
}

function tableOf([name = '', dot, inSchema]: readonly string[]): string {
  return dot === '.' && inSchema !== undefined
    ? `${quoteIdentifier(name)}.${quoteIdentifier(inSchema)}`
    : quoteIdentifier(name)
}
