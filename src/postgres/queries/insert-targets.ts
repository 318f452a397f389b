import type { InsertTarget } from '../../core/queries/query-shape.ts'
import { quoteIdentifier } from '../../core/sql/quoting.ts'
import type { Client } from '../driver/pg.ts'

/** What a table asks of an INSERT. */
export interface Demand {
  readonly table: string
  readonly columns: readonly string[]
  /** They have no default, and must have a value. */
  readonly required: readonly string[]
  /** A trigger before each row may give them one. */
  readonly hasTrigger: boolean
}

/** A view that writes through to one table cannot give a value to what it does not show. */
const demandsSql = `WITH named AS (SELECT name, to_regclass(name) AS oid FROM unnest($1::text[]) AS name),
 shown AS (SELECT r.ev_class AS view, (array_agg(DISTINCT d.refobjid))[1] AS base, array_agg(d.refobjsubid) AS numbers
  FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
  JOIN pg_class b ON b.oid = d.refobjid AND b.relkind IN ('r', 'p')
  WHERE r.ev_class IN (SELECT oid FROM named) AND r.rulename = '_RETURN' AND d.refobjid <> r.ev_class
  AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = r.ev_class AND NOT tgisinternal)
  AND NOT EXISTS (SELECT FROM pg_rewrite other WHERE other.ev_class = r.ev_class AND other.rulename <> '_RETURN')
  GROUP BY r.ev_class HAVING count(DISTINCT d.refobjid) = 1),
 targets AS (SELECT name, c.oid, NULL::int[] AS numbers FROM named JOIN pg_class c ON c.oid = named.oid AND relkind IN ('r', 'p')
  UNION ALL SELECT name, base, numbers FROM named JOIN shown ON view = oid)
 SELECT name, relname::text AS "table",
 array_agg(attname::text ORDER BY attnum) AS columns,
 COALESCE(array_agg(attname::text ORDER BY attnum) FILTER (WHERE (attnotnull OR typnotnull) AND NOT atthasdef AND attidentity = ''
  AND typdefault IS NULL AND (numbers IS NULL OR attnum <> ALL (numbers))), '{}') AS required,
 EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = targets.oid AND NOT tgisinternal AND tgtype & 7 = 7) AS "hasTrigger"
 FROM targets JOIN pg_class c ON c.oid = targets.oid JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
 JOIN pg_type t ON t.oid = atttypid GROUP BY name, relname, targets.oid`

/** What the tables ask into which queries insert, by the name that a query has for each. @throws what the server says. */
export async function demandsOf(
  client: Client,
  targets: readonly InsertTarget[],
): Promise<ReadonlyMap<string, Demand>> {
  const names = [...new Set(targets.map(nameOf))]
  if (names.length === 0) return new Map()
  const { rows } = await client.query<Demand & { name: string }>({ text: demandsSql, values: [names] })
  return new Map(rows.map((row) => [row.name, row]))
}

/** As SQL has it. */
export function nameOf({ schema, table }: InsertTarget): string {
  return schema === null ? quoteIdentifier(table) : `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`
}
