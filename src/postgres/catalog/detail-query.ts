import { quoteLiteral } from '../../core/sql/quoting.ts'
import type { RowsQuery } from './query-parts.ts'

/** What stands in the fields of a `Detail`, as SQL. */
interface Fields {
  readonly kind: string
  /** Names in a schema, as columns of the query; one text where its kind has that instead. */
  readonly path: readonly string[] | string
  readonly schema?: string
  readonly table?: string
  /** Values by name; what is null is not said. */
  readonly properties: Readonly<Record<string, string>>
}

/** SQL for an object with these properties, without those that are null. */
export const propertiesSql = (properties: Readonly<Record<string, string>>) =>
  Object.keys(properties).length === 0
    ? `'{}'::jsonb`
    : `jsonb_strip_nulls(jsonb_build_object(${Object.entries(properties)
        .map(([name, value]) => `${quoteLiteral(name)}, (${value})::text`)
        .join(', ')}))`

/** SQL for a name as core's `Path` has it. */
export const pathSql = (path: readonly string[] | string) =>
  typeof path === 'string' ? path : `jsonb_build_array(${path.join(', ')})`

/** One row a part of which anything is to be said. */
export function detail(
  { kind, path, schema = 'n.nspname', table = 'NULL', properties }: Fields,
  from: string,
): RowsQuery {
  return `SELECT value FROM (SELECT jsonb_build_object('kind', ${kind}, 'schema', ${schema}, 'path', ${pathSql(path)},
  'table', ${table}, 'properties', ${propertiesSql(properties)}) AS value FROM ${from}) AS part
  WHERE value -> 'properties' <> '{}'`
}
