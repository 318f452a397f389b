import { keyOf, splitDotted } from '../sql/qualified-name.ts'
import { quoteIdentifier, quoteQualified, unquoteIdentifier } from '../sql/quoting.ts'
import { type Catalog, ownInherited, type Table, tablesByKey } from './catalog.ts'
import { collationSql } from './families.ts'
import type { Change } from './generated-statement.ts'

const name = '(?:"(?:[^"]|"")*"|[\\w$]+)'
const column = new RegExp(`^ALTER TABLE (?:ONLY )?(${name}\\.${name}) (ADD|DROP) COLUMN (${name})`)
const create = new RegExp(`^CREATE (?:UNLOGGED )?TABLE (${name}\\.${name}) \\(`)

/**
 * The same statements as tables that inherit need them: a new one with all of its parents and with the columns that are
 * its own as well, and without those that add or drop a column which a table has from its parent anyway, if only on one
 * side: it cannot be added then, nor dropped.
 */
export function asInherited(changes: readonly Change[], have: Catalog, want: Catalog): Change[] {
  const [before, after] = [tablesByKey(have), tablesByKey(want)]
  const made = new Set(changes.flatMap(({ sql }) => madeBy(sql) ?? []))
  const parts = changes.map(({ sql }) => partOf(sql))
  const count = new Map<string, number>()
  for (const part of parts) if (part !== null) count.set(part.path, (count.get(part.path) ?? 0) + 1)
  const needed = changes.filter((_, at) => {
    const part = parts[at]
    if (part === null || part === undefined || count.get(part.path) !== 1) return true
    const [old, fresh] = [made.has(part.table) ? undefined : before.get(part.table), after.get(part.table)]
    const isNewChild = old === undefined && fresh?.inherits.some((one) => has(after.get(keyOf(one)), part.name))
    if (isNewChild) return false
    if (![old, fresh].some((table) => (table?.inherits.length ?? 0) > 0)) return true
    return !(has(old, part.name) && has(fresh, part.name))
  })
  const own = ownInherited(want)
  return needed.map((change) => {
    const table = after.get(madeBy(change.sql) ?? '')
    return table === undefined ? change : { ...change, sql: wholeChild(change.sql, table, own) }
  })
}

/** The library names one parent of a new table, and no column. */
function wholeChild(sql: string, table: Table, own: ReadonlyMap<string, ReadonlySet<string>>): string {
  if (table.inherits.length === 0 || table.kind === 'partition') return sql
  const names = own.get(keyOf(table))
  const columns = table.columns.flatMap(({ name: column, type, collation }) => {
    if (names?.has(column) !== true) return []
    return [`${quoteIdentifier(column)} ${type}${collation === null ? '' : ` COLLATE ${collationSql(collation)}`}`]
  })
  const parents = table.inherits.map((parent) => quoteQualified(parent.schema, parent.name))
  return sql.replace(/\(\) INHERITS \(.*?\)(?= PARTITION BY |$)/s, () => {
    return `(${columns.join(', ')}) INHERITS (${parents.join(', ')})`
  })
}

const has = (table: Table | undefined, wanted: string) => table?.columns.some((one) => one.name === wanted) === true

function madeBy(sql: string): string | null {
  const [, path] = create.exec(sql) ?? []
  return path === undefined ? null : keyOfPath(path)
}

function keyOfPath(path: string): string | null {
  const [schema, table] = splitDotted(path) ?? []
  return schema === undefined || table === undefined ? null : keyOf({ schema, name: table })
}

function partOf(sql: string): { readonly path: string; readonly table: string; readonly name: string } | null {
  const [, path, , written] = column.exec(sql) ?? []
  const table = path === undefined ? null : keyOfPath(path)
  if (table === null || written === undefined) return null
  return { path: `${path} ${written}`, table, name: unquoteIdentifier(written) }
}
