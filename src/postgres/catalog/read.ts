import type { Access, Catalog, Column, Constraint, Detail, Enum, Index, Table } from '../../core/schema/catalog.ts'
import type { Other } from '../../core/schema/other.ts'
import { keyOf } from '../../core/sql/qualified-name.ts'
import type { Client } from '../driver/pg.ts'
import { access } from './access.ts'
import { extensionAccess } from './extension-access.ts'
import { extensionNeeds } from './extension-needs.ts'
import { others } from './other-objects.ts'
import type { RowsQuery } from './query-parts.ts'
import { relationDetails } from './relation-details.ts'
import { columns, constraints, enums, indexes, tables } from './relations.ts'

/** Definitions then read the same whatever the role and the server have set; names are written with their schema. */
export const plainTextSql = `SET LOCAL search_path = pg_catalog; SET LOCAL jit = off; SET LOCAL "TimeZone" = 'UTC'; SET LOCAL "DateStyle" = 'ISO, YMD';
 SET LOCAL "IntervalStyle" = 'postgres'; SET LOCAL extra_float_digits = 1; SET LOCAL quote_all_identifiers = off; SET LOCAL bytea_output = 'hex'`

/** The same for what a function of the server's does: clauses of CREATE FUNCTION. */
export const plainTextClauses = plainTextSql.replaceAll(';', '').replaceAll('SET LOCAL', 'SET')

type Part<T> = T & { readonly schema: string; readonly table: string }

/**
 * The catalog as one moment saw it, in one round trip. Needs no rights but to connect.
 * @param all with owners and rights.
 * @throws what the server says.
 */
export function readCatalog(client: Client, all = false): Promise<Catalog> {
  return read(client, `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${plainTextSql}`, 'COMMIT', all)
}

/** The catalog as the transaction that is open sees it, which goes on as it was. */
export function readCatalogWithin(client: Client): Promise<Catalog> {
  return read(client, `SAVEPOINT nself_look; ${plainTextSql}`, 'ROLLBACK TO nself_look; RELEASE nself_look', false)
}

async function read(client: Client, begin: string, end: string, all: boolean): Promise<Catalog> {
  const rows = <T>(query: RowsQuery) =>
    client.query<{ value: T }>(query).then((result) => result.rows.map((row) => row.value))
  const [, version, enumRows, tableRows, columnRows, constraintRows, indexRows, otherRows, detailRows, accessRows] =
    await Promise.all([
      client.query(begin),
      rows<number>("SELECT to_jsonb(current_setting('server_version_num')::int) AS value"),
      rows<Enum>(enums),
      rows<Table>(tables),
      rows<Part<Column>>(columns),
      rows<Part<Constraint>>(constraints),
      rows<Part<Index>>(indexes),
      Promise.all(others.map((query) => rows<Other>(query))),
      Promise.all([...relationDetails, ...extensionNeeds].map((query) => rows<Detail>(query))),
      Promise.all((all ? [...access, ...extensionAccess] : []).map((query) => rows<Access>(query))),
      client.query(end),
    ])
  const columnsOf = grouped(columnRows, ({ schema, table, ...column }): Column => column)
  const constraintsOf = grouped(constraintRows, ({ schema, table, ...constraint }): Constraint => constraint)
  const indexesOf = grouped(indexRows, ({ schema, table, ...index }): Index => index)
  return {
    serverVersion: version[0] ?? 0,
    enums: enumRows,
    tables: tableRows.map((table) => ({
      ...table,
      columns: columnsOf.get(keyOf(table)) ?? [],
      constraints: constraintsOf.get(keyOf(table)) ?? [],
      indexes: indexesOf.get(keyOf(table)) ?? [],
    })),
    others: otherRows.flat(),
    details: detailRows.flat(),
    access: accessRows.flat(),
  }
}

/** By the key of the table, which the items then no longer name. */
function grouped<T>(rows: readonly Part<T>[], itemOf: (row: Part<T>) => T): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const key = keyOf({ schema: row.schema, name: row.table })
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [itemOf(row)])
    else group.push(itemOf(row))
  }
  return groups
}
