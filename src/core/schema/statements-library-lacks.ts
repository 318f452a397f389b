import { certain } from '../certain.ts'
import { keyOf, ofKey, splitDotted } from '../sql/qualified-name.ts'
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../sql/quoting.ts'
import { canonicalDefinition } from './canonical-definition.ts'
import type { Catalog, Column, Table } from './catalog.ts'
import { tablesByKey } from './catalog.ts'
import { type Change, plainChange } from './generated-statement.ts'
import type { Other } from './other.ts'

/**
 * What the library that writes differences as SQL does not know, as statements for the database that has it not.
 * @param changes what runs before: a view that these make anew has lost the comments on its columns.
 */
export function complementOf(have: Catalog, want: Catalog, changes: readonly Change[]): Change[] {
  const [known, wanted] = [tablesByKey(have), tablesByKey(want)]
  const columns = want.tables.flatMap((table) =>
    table.columns.flatMap((column) => {
      const before = known.get(keyOf(table))?.columns.find((item) => item.name === column.name)
      const own = known.has(keyOf(table)) ? [] : ofInherited(table, column, wanted)
      return [...own, ...columnSql(table, column, before, have.serverVersion)].map((sql) => ({
        sql,
        table: keyOf(table),
      }))
    }),
  )
  const all = [...columns, ...statisticsSql(have, want), ...viewCommentsSql(have, want, changes)]
  return all.map(({ sql, table }) => plainChange(sql, table))
}

function viewCommentsSql(
  have: Catalog,
  want: Catalog,
  changes: readonly Change[],
): { sql: string; table: string | null }[] {
  const of = ({ others }: Catalog) =>
    new Map(others.flatMap((item) => (item.kind === 'comment' && item.table !== null ? [[keyOf(item), item]] : [])))
  const [before, after] = [of(have), of(want)]
  const views = new Set(want.others.flatMap((item) => (/view$/.test(item.kind) ? [keyOf(item)] : [])))
  const statement = ({ table, name }: Other, text: string) => {
    const column = `${viewOf(table)}.${quoteIdentifier(splitDotted(name)?.at(-1) ?? name)}`
    return { sql: `COMMENT ON COLUMN ${column} IS ${text}`, table }
  }
  const isMadeAnew = ({ table }: Other) => {
    const view = viewOf(table)
    return changes.some(({ sql }) => /^CREATE (?:OR REPLACE )?(?:MATERIALIZED )?VIEW /.test(sql) && sql.includes(view))
  }
  const gone = [...before].flatMap(([key, item]) =>
    after.has(key) || !views.has(item.table ?? '') || isMadeAnew(item) ? [] : [statement(item, 'NULL')],
  )
  const there = [...after].flatMap(([key, item]) =>
    before.get(key)?.definition === item.definition && !isMadeAnew(item)
      ? []
      : [statement(item, quoteLiteral(item.definition))],
  )
  return [...gone, ...there]
}

/** The view of a comment, in SQL. */
function viewOf(key: string | null): string {
  const { schema, name } = ofKey(key ?? '')
  return quoteQualified(schema, name)
}

/** What a new table says of a column that it inherits. */
function ofInherited(table: Table, column: Column, wanted: ReadonlyMap<string, Table>): string[] {
  const parents = table.kind === 'partition' ? [] : table.inherits
  const above = parents.flatMap(
    (parent) => wanted.get(keyOf(parent))?.columns.filter(({ name }) => name === column.name) ?? [],
  )
  if (above.length === 0) return []
  const name = quoteQualified(table.schema, table.name)
  const isDefaultOwn = column.generated === null && above.some((parent) => parent.default !== column.default)
  const isNotNullOwn = column.notNull && above.every((parent) => !parent.notNull)
  return [
    ...(isNotNullOwn ? [`ALTER TABLE ${name} ALTER COLUMN ${quoteIdentifier(column.name)} SET NOT NULL`] : []),
    ...(isDefaultOwn
      ? [
          `ALTER TABLE ${name} ALTER COLUMN ${quoteIdentifier(column.name)} ${column.default === null ? 'DROP DEFAULT' : `SET DEFAULT ${column.default}`}`,
        ]
      : []),
    ...(column.comment === null
      ? []
      : [`COMMENT ON COLUMN ${name}.${quoteIdentifier(column.name)} IS ${quoteLiteral(column.comment)}`]),
  ]
}

/** The word for it is of PostgreSQL 16. */
function usualStorage(type: string, serverVersion: number): string {
  if (serverVersion >= 160_000) return 'DEFAULT'
  return /^(?:numeric|inet|cidr)\b(?!.*\[\]$)/.test(type) ? 'MAIN' : 'EXTENDED'
}

function columnSql(table: Table, column: Column, before: Column | undefined, serverVersion: number): string[] {
  const alter = `ALTER TABLE ${quoteQualified(table.schema, table.name)} ALTER COLUMN ${quoteIdentifier(column.name)}`
  const sql: string[] = []
  // A change of type sets these back by itself.
  const kept = before?.type === column.type ? before : undefined
  if (column.statistics !== (before?.statistics ?? null)) sql.push(`${alter} SET STATISTICS ${column.statistics ?? -1}`)
  if (column.storage !== (kept?.storage ?? null))
    sql.push(`${alter} SET STORAGE ${column.storage ?? usualStorage(column.type, serverVersion)}`)
  if (column.compression !== (kept?.compression ?? null)) {
    sql.push(`${alter} SET COMPRESSION ${column.compression ?? 'default'}`)
  }
  return sql
}

function statisticsSql(have: Catalog, want: Catalog): { sql: string; table: string | null }[] {
  const of = ({ others }: Catalog) =>
    new Map(others.flatMap((item) => (item.kind === 'statistics' ? [[keyOf(item), item]] : [])))
  const [before, after] = [of(have), of(want)]
  const name = (item: Other) => quoteQualified(certain(item.schema), item.name)
  const isSame = (one: Other | undefined, item: Other) =>
    one !== undefined && canonicalDefinition(one.definition) === canonicalDefinition(item.definition)
  const drops = [...before].flatMap(([key, item]) =>
    isSame(after.get(key), item) ? [] : [{ sql: `DROP STATISTICS IF EXISTS ${name(item)}`, table: item.table }],
  )
  const creates = [...after].flatMap(([key, item]) => {
    const same = isSame(before.get(key), item)
    const comment = item.comment === null ? 'NULL' : quoteLiteral(item.comment)
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
