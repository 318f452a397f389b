import { databaseName } from '../../../core/database-name.ts'
import { NselfError } from '../../../core/errors.ts'
import type { Catalog, Table } from '../../../core/schema/catalog.ts'
import { shellWord } from '../../../core/shell-word.ts'
import { keyOf, shortName } from '../../../core/sql/qualified-name.ts'
import { readRowEstimates } from '../../../postgres/catalog/estimates.ts'
import { viewDefinition } from '../../../postgres/catalog/query-parts.ts'
import { placeOf } from '../../../postgres/driver/server.ts'
import type { Context } from '../../shared/context.ts'
import { readLive } from '../../shared/read-live-catalog.ts'
import type { ShowTableResult, ShowTablesResult } from '../../shared/schema-results.ts'

/** All tables with their size, or everything about one. */
export async function show(context: Context, name: string | null): Promise<ShowTablesResult | ShowTableResult> {
  const { server, catalog, more: rows } = await readLive(context, readRowEstimates)
  const database = placeOf(server)
  if (name !== null) return describe(catalog, tableCalled(catalog, name, database), database, rows)
  const partitions = catalog.tables.flatMap((table) => (table.kind === 'partition' ? table.inherits.map(keyOf) : []))
  const tables = catalog.tables
    .filter((table) => table.kind !== 'partition')
    .map((table) => ({
      name: shortName(table.schema, table.name),
      type: table.kind,
      columns: table.columns.length,
      rows: rows.get(keyOf(table)) ?? null,
      partitions: partitions.filter((parent) => parent === keyOf(table)).length,
      comment: table.comment,
    }))
  return { kind: 'tables', database, tables }
}

/** @throws NselfError `usage` when there is none or more than one. */
function tableCalled({ tables, others }: Catalog, name: string, database: string): Table {
  const exact = tables.find((table) => keyOf(table) === name || shortName(table.schema, table.name) === name)
  if (exact !== undefined) return exact
  const elsewhere = tables.filter((table) => table.name === name)
  if (elsewhere.length === 1 && elsewhere[0] !== undefined) return elsewhere[0]
  if (elsewhere.length > 1) {
    throw new NselfError('usage', `there is more than one table ${name} in ${databaseName(database)}`, {
      hint: `nself db schema show ${elsewhere.map(keyOf).map(shellWord).join(', or ')}`,
    })
  }
  const view = others.find((one) => one.kind.endsWith('view') && shortName(one.schema, one.name) === name)
  const near = tables
    .filter((table) => table.name.includes(name) || name.includes(table.name))
    .map((table) => shellWord(keyOf(table)))
  throw new NselfError(
    'usage',
    view === undefined ? `there is no table ${name} in ${databaseName(database)}` : `${name} is a ${view.kind}`,
    {
      hint:
        view === undefined
          ? `nself db schema show${near.length === 0 ? ' lists them' : ` ${near.slice(0, 3).join(', or ')}`}`
          : `nself db query ${viewQuery(name)}`,
    },
  )
}

function viewQuery(name: string): string {
  const sql = viewDefinition(name)
  return /["$`\\]/.test(name) ? shellWord(sql) : `"${sql}"`
}

function describe(
  catalog: Catalog,
  table: Table,
  database: string,
  rows: ReadonlyMap<string, number>,
): ShowTableResult {
  const of = (kind: 'trigger' | 'policy' | 'rule') =>
    catalog.others
      .filter((one) => one.kind === kind && one.table === keyOf(table))
      .map(({ name, definition, comment }) => ({ name, definition, comment }))
  const referredToBy = catalog.tables.flatMap((child) =>
    child.constraints.flatMap(({ name, columns, references }) => {
      if (references === null || keyOf({ schema: references.schema, name: references.table }) !== keyOf(table))
        return []
      return [{ table: shortName(child.schema, child.name), name, columns, references }]
    }),
  )
  const partitions = catalog.tables
    .filter((one) => one.kind === 'partition' && one.inherits.some((parent) => keyOf(parent) === keyOf(table)))
    .map((one) => ({ name: shortName(one.schema, one.name), bound: one.partitionBound }))
  const parts = { triggers: of('trigger'), policies: of('policy'), rules: of('rule'), referredToBy, partitions }
  return { kind: 'table', database, table, rows: rows.get(keyOf(table)) ?? null, ...parts }
}
