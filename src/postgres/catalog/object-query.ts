import type { OtherKind } from '../../core/schema/other.ts'
import { propertiesSql } from './detail-query.ts'
import { dottedName, isMine, notOfExtension, type RowsQuery } from './query-parts.ts'

/** What stands in the fields of an `Other`, as SQL. */
interface Fields {
  readonly kind: OtherKind
  readonly schema?: string
  readonly name: string
  readonly table?: string
  readonly definition?: string
  readonly properties?: Readonly<Record<string, string>>
  readonly comment: string
}

/** One row an object of core's `Other`. */
export function other(
  { kind, schema = 'NULL', name, table = 'NULL', definition = "''", properties = {}, comment }: Fields,
  from: string,
): RowsQuery {
  return `SELECT jsonb_build_object('kind', '${kind}', 'schema', ${schema}, 'name', ${name}, 'table', ${table},
  'definition', ${definition}, 'properties', ${propertiesSql(properties)}, 'comment', ${comment}) AS value FROM ${from} ORDER BY 1`
}

/** All of a catalog's row but what differs from server to server; for kinds that are too rare to spell out. */
export const rowOf = (alias: string, ...without: readonly string[]) =>
  `jsonb_strip_nulls(to_jsonb(${alias})${['oid', ...without].map((column) => ` - '${column}'`).join('')})::text`

/** Joins the schema of something as `n`. */
export const inSchema = (alias: string, column: string) => `JOIN pg_namespace n ON n.oid = ${alias}.${column}`
/** Whether something in the schema `n` is the user's; only schemas may be as old as the database. */
export const mine = (catalog: string, alias: string) =>
  `${isMine('n')}${catalog === 'pg_namespace' ? '' : ` AND ${alias}.oid >= 16384`} AND ${notOfExtension(catalog, `${alias}.oid`)}`
/** The key of the table that `onTable` joins. */
export const tableName = dottedName('n.nspname', 'c.relname')
/** Joins the table or view that something stands on as `c`, and its schema as `n`. */
export const onTable = (alias: string, column: string) =>
  `JOIN pg_class c ON c.oid = ${alias}.${column} JOIN pg_namespace n ON n.oid = c.relnamespace`

/** Whether a trigger fires, where that is not as usual: ` DISABLED`. */
export const enabled = (column: string) =>
  `CASE ${column} WHEN 'D' THEN ' DISABLED' WHEN 'R' THEN ' ENABLED REPLICA' WHEN 'A' THEN ' ENABLED ALWAYS' ELSE '' END`
