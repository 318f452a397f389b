import type { Catalog, Column, Other, Table } from './catalog.ts'
import { keyOf, tablesByKey } from './catalog.ts'
import { literalOf, quoted, quotedTable } from './design.ts'

/** What the library that writes differences as SQL does not know, as statements for the database that has it not. */
export function complementOf(have: Catalog, want: Catalog): { readonly sql: string; readonly table: string | null }[] {
  const known = tablesByKey(have)
  const columns = want.tables.flatMap((table) =>
    table.columns.flatMap((column) => {
      const before = known.get(keyOf(table))?.columns.find((item) => item.name === column.name)
      return columnSql(table, column, before).map((sql) => ({ sql, table: keyOf(table) }))
    }),
  )
  return [...columns, ...statisticsSql(have, want)]
}

function columnSql(table: Table, column: Column, before: Column | undefined): string[] {
  const alter = `ALTER TABLE ${quotedTable(table.schema, table.name)} ALTER COLUMN ${quoted(column.name)}`
  const sql: string[] = []
  if (column.statistics !== (before?.statistics ?? null)) sql.push(`${alter} SET STATISTICS ${column.statistics ?? -1}`)
  if (column.storage !== (before?.storage ?? null)) sql.push(`${alter} SET STORAGE ${column.storage ?? 'DEFAULT'}`)
  if (column.compression !== (before?.compression ?? null)) {
    sql.push(`${alter} SET COMPRESSION ${column.compression ?? 'default'}`)
  }
  return sql
}

function statisticsSql(have: Catalog, want: Catalog): { sql: string; table: string | null }[] {
  const of = ({ others }: Catalog) =>
    new Map(others.flatMap((item) => (item.kind === 'statistics' ? [[keyOf(item), item]] : [])))
  const [before, after] = [of(have), of(want)]
  const name = (item: Other) => quotedTable(item.schema as string, item.name)
  const drops = [...before].flatMap(([key, item]) =>
    after.get(key)?.definition === item.definition
      ? []
      : [{ sql: `DROP STATISTICS IF EXISTS ${name(item)}`, table: item.table }],
  )
  const creates = [...after].flatMap(([key, item]) => {
    const same = before.get(key)?.definition === item.definition
    const comment = item.comment === null ? 'NULL' : literalOf(item.comment)
    const told = same ? before.get(key)?.comment : null
    return [
      ...(same ? [] : [{ sql: item.definition, table: item.table }]),
      ...(item.comment === (told ?? null)
        ? []
        : [{ sql: `COMMENT ON STATISTICS ${name(item)} IS ${comment}`, table: item.table }]),
    ]
  })
  return [...drops, ...creates]
}
