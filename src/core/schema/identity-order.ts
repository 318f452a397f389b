import type { Change } from './generated-statement.ts'

const name = '(?:"(?:[^"]|"")*"|[\\w$]+)'
const alteration = new RegExp(
  `^ALTER TABLE (?:ONLY )?(${name}(?:\\.${name})?) ALTER COLUMN (${name}) (ADD GENERATED .* AS IDENTITY|DROP IDENTITY|SET NOT NULL|DROP NOT NULL)`,
  's',
)

/** A column counts by itself only while it takes no NULL: it stops to take them before, and may take them again after. */
export function identityInOrder(changes: readonly Change[]): Change[] {
  const parts = changes.map(({ sql }) => {
    const [, table, column, what] = alteration.exec(sql) ?? []
    return what === undefined ? null : { of: `${table} ${column}`, what: what.replace(/^ADD .*$/s, 'ADD IDENTITY') }
  })
  const at = (of: string, what: string) => parts.findIndex((part) => part?.of === of && part.what === what)
  const place = changes.map((_, i) => {
    const part = parts[i]
    if (part?.what === 'SET NOT NULL') {
      const adds = at(part.of, 'ADD IDENTITY')
      if (adds !== -1 && adds < i) return adds - 0.5
    }
    if (part?.what === 'DROP NOT NULL') return Math.max(i, at(part.of, 'DROP IDENTITY') + 0.5)
    return i
  })
  return changes
    .map((change, i) => ({ change, place: place[i] ?? i }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ change }) => change)
}
