import type { Catalog, Table } from '../schema/catalog.ts'
import { type Change, plainChange } from '../schema/generated-statement.ts'
import { keyOf } from '../sql/qualified-name.ts'
import { quoteIdentifier } from '../sql/quoting.ts'

/** A column that is computed, or sorted by a collation of the same file: only its table comes before what it needs. */
const addedLate = / ADD COLUMN (("(?:[^"]|"")*") .* (?:GENERATED ALWAYS AS \(|COLLATE ).*)$/s

/**
 * The statements with such columns where they stand in their tables: what is added afterwards would come last. What
 * they need, a function or a collation, comes before the first table.
 */
export function inColumnOrder(planned: readonly Change[], { tables }: Catalog): Change[] {
  const changes = planned.flatMap(apart)
  const byKey = new Map(tables.map((table) => [keyOf(table), table]))
  const added = new Map<string | null, { change: Change; column: string }[]>()
  for (const change of changes) {
    const match = change.sql.startsWith('ALTER TABLE ') ? addedLate.exec(change.sql) : null
    if (match === null) continue
    const one = { change, column: match[1] ?? '' }
    added.set(change.table, [...(added.get(change.table) ?? []), one])
  }
  if (added.size === 0) return [...changes]
  const folded = new Set<Change>()
  const moved: string[] = []
  const made = changes.map((change) => {
    const columns = added.get(change.table)
    const table = byKey.get(change.table ?? '')
    if (columns === undefined || table === undefined || !change.sql.startsWith('CREATE TABLE ')) return change
    const sql = withColumns(
      change.sql,
      table,
      columns.map(({ column }) => column),
    )
    if (sql === null) return change
    for (const one of columns) {
      folded.add(one.change)
      moved.push(one.column)
    }
    return { ...change, sql }
  })
  return neededFirst(
    made.filter((change) => !folded.has(change)),
    moved,
  )
}

/** Several additions that were joined, one by one. */
function apart(change: Change): Change[] {
  const { parts = [], table } = change
  return parts.some((part) => addedLate.test(part)) ? parts.map((part) => plainChange(part, table)) : [change]
}

/** CREATE TABLE with these columns among its own, in the order of the table; null where that cannot be told. */
function withColumns(sql: string, { columns }: Table, more: readonly string[]): string | null {
  const open = sql.indexOf('(')
  const items = listItems(sql.slice(open + 1))
  if (open === -1 || items === null) return null
  const all = [...items.list, ...more]
  const sorted = columns.map(({ name }) => all.find((item) => item.startsWith(`${quoteIdentifier(name)} `)))
  const others = items.list.filter((item) => !sorted.includes(item))
  if (sorted.some((item) => item === undefined) || others.some((item) => item.startsWith('"'))) return null
  return `${sql.slice(0, open + 1)}${[...sorted, ...others].join(', ')}${items.rest}`
}

/** What stands between commas up to the bracket that closes, and what follows from it on. */
function listItems(text: string): { list: string[]; rest: string } | null {
  const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$.*?\$\1\$|[(),]/gs
  const list: string[] = []
  let [depth, from] = [0, 0]
  for (const { 0: found, index } of text.matchAll(token)) {
    if (found === '(') depth++
    if (found === ')' && depth-- === 0)
      return { list: [...list, text.slice(from, index).trim()], rest: text.slice(index) }
    if (found !== ',' || depth > 0) continue
    list.push(text.slice(from, index).trim())
    from = index + 1
  }
  return null
}

const name = '(?:"(?:[^"]|"")*"|[\\w$]+)'
const routine = new RegExp(`^CREATE (?:OR REPLACE )?FUNCTION (${name}\\.${name}\\()`)
const collation = new RegExp(`^CREATE COLLATION (${name}\\.${name})`)

/** With the functions and collations that these columns need before the first table. */
function neededFirst(changes: readonly Change[], columns: readonly string[]): Change[] {
  const isNeeded = ({ sql }: Change) => {
    const call = routine.exec(sql)?.[1]
    const order = collation.exec(sql)?.[1]?.replace(/"([a-z_][a-z\d_$]*)"/g, '$1')
    return columns.some(
      (column) =>
        (call !== undefined && column.includes(call)) || (order !== undefined && column.includes(` COLLATE ${order}`)),
    )
  }
  const first = changes.findIndex(({ sql }) => sql.startsWith('CREATE TABLE '))
  const late = changes.filter((change, i) => i > first && isNeeded(change))
  if (late.length === 0) return [...changes]
  const rest = changes.filter((change) => !late.includes(change))
  return [...rest.slice(0, first), ...late, ...rest.slice(first)]
}
