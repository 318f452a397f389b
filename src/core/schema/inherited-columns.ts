import { keyOf, splitDotted } from '../sql/qualified-name.ts'
import { unquoteIdentifier } from '../sql/quoting.ts'
import { type Catalog, type Table, tablesByKey } from './catalog.ts'
import type { Change } from './generated-statement.ts'

const name = '(?:"(?:[^"]|"")*"|[\\w$]+)'
const column = new RegExp(`^ALTER TABLE (?:ONLY )?(${name}\\.${name}) (ADD|DROP) COLUMN (${name})`)

/**
 * The same statements without those that add or drop a column which a table has from its parent anyway, if only on one
 * side: it cannot be added then, nor dropped.
 */
export function withoutInherited(changes: readonly Change[], have: Catalog, want: Catalog): Change[] {
  const [before, after] = [tablesByKey(have), tablesByKey(want)]
  const parts = changes.map(({ sql }) => partOf(sql))
  const count = new Map<string, number>()
  for (const part of parts) if (part !== null) count.set(part.path, (count.get(part.path) ?? 0) + 1)
  return changes.filter((_, at) => {
    const part = parts[at]
    if (part === null || part === undefined || count.get(part.path) !== 1) return true
    const [old, fresh] = [before.get(part.table), after.get(part.table)]
    const isNewChild = old === undefined && fresh?.inherits.some((one) => has(after.get(keyOf(one)), part.name))
    if (isNewChild) return false
    if (![old, fresh].some((table) => (table?.inherits.length ?? 0) > 0)) return true
    return !(has(old, part.name) && has(fresh, part.name))
  })
}

const has = (table: Table | undefined, wanted: string) => table?.columns.some((one) => one.name === wanted) === true

function partOf(sql: string): { readonly path: string; readonly table: string; readonly name: string } | null {
  const [, path, , written] = column.exec(sql) ?? []
  const [schema, table] = splitDotted(path ?? '') ?? []
  if (schema === undefined || table === undefined || written === undefined) return null
  return { path: `${path} ${written}`, table: keyOf({ schema, name: table }), name: unquoteIdentifier(written) }
}
