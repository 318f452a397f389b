import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import type { RelationName } from '../../core/sql/tree.ts'
import type { Client } from '../driver/pg.ts'

/** What a statement drops with all that depends on it. */
export interface Dropped {
  readonly catalog: 'pg_class' | 'pg_type' | 'pg_namespace' | 'pg_extension' | 'pg_proc' | 'pg_collation' | 'pg_am'
  readonly name: RelationName
}

/** A table, or a column of one, that goes with it. */
export interface TakenAlong {
  /** The place in the list of what takes it along. */
  readonly root: number
  readonly schema: string
  readonly name: string
  readonly kind: 'drop' | 'drop-column'
  readonly column: string | null
}

/** The tables, materialized views and columns that each of these takes along as the database is now; itself not. */
export async function takenAlong(client: Client, dropped: readonly (Dropped | null)[]): Promise<TakenAlong[]> {
  const roots = dropped.flatMap((one, root) =>
    one === null ? [] : [`SELECT ${root}, '${one.catalog}'::regclass::oid, oid FROM (${oidsOf(one)}) AS found (oid)`],
  )
  if (roots.length === 0) return []
  const { rows } = await client.query<TakenAlong>(`
    WITH RECURSIVE root (root, classid, objid) AS (${roots.join(' UNION ALL ')}), hit AS (
      SELECT root, classid, objid, 0 AS sub FROM root WHERE objid IS NOT NULL
      UNION SELECT hit.root, d.classid, d.objid, d.objsubid FROM hit JOIN pg_depend AS d
        ON d.refclassid = hit.classid AND d.refobjid = hit.objid AND (hit.sub = 0 OR d.refobjsubid = hit.sub)
    )
    SELECT root, nspname AS schema, relname AS name, CASE sub WHEN 0 THEN 'drop' ELSE 'drop-column' END AS kind, attname AS column
    FROM hit JOIN pg_class AS c ON classid = 'pg_class'::regclass AND c.oid = objid JOIN pg_namespace AS n ON n.oid = relnamespace
    LEFT JOIN pg_attribute ON attrelid = c.oid AND attnum = sub AND sub > 0
    WHERE relkind IN ('r', 'p', 'm') AND NOT EXISTS (SELECT FROM root AS r WHERE r.root = hit.root AND r.classid = hit.classid AND r.objid = hit.objid)
      AND (sub = 0 OR NOT EXISTS (SELECT FROM hit AS whole WHERE whole.root = hit.root AND whole.classid = hit.classid AND whole.objid = hit.objid AND whole.sub = 0))
    ORDER BY root, nspname, relname, attnum`)
  return rows
}

/** A query for the oids of an object, null or none where there is none. */
function oidsOf({ catalog, name: { schema, name } }: Dropped): string {
  const quoted = quoteLiteral(`${schema === null ? '' : `${quoteIdentifier(schema)}.`}${quoteIdentifier(name)}`)
  const inSchema = (column: string) =>
    schema === null ? '' : ` AND ${column} = to_regnamespace(${quoteLiteral(quoteIdentifier(schema))})`
  switch (catalog) {
    case 'pg_class':
      return `SELECT to_regclass(${quoted})::oid`
    case 'pg_type':
      return `SELECT to_regtype(${quoted})::oid`
    case 'pg_namespace':
      return `SELECT to_regnamespace(${quoted})::oid`
    case 'pg_extension':
      return `SELECT oid FROM pg_extension WHERE extname = ${quoteLiteral(name)}`
    case 'pg_am':
      return `SELECT oid FROM pg_am WHERE amname = ${quoteLiteral(name)}`
    case 'pg_proc':
      return `SELECT oid FROM pg_proc WHERE proname = ${quoteLiteral(name)}${inSchema('pronamespace')}`
    case 'pg_collation':
      return `SELECT oid FROM pg_collation WHERE collname = ${quoteLiteral(name)}${inSchema('collnamespace')}`
  }
}
