import { quoteLiteral } from '../../core/sql/quoting.ts'
import { rowsOf } from '../driver/must.ts'
import type { Client } from '../driver/pg.ts'

/** Tables of a database that has no history, and the first of some names that is taken there. */
export interface Untracked {
  readonly tables: number
  /** A few of their names. */
  readonly some: readonly string[]
  readonly taken: string | null
}

const tablesSql = `SELECT CASE WHEN nspname = 'public' THEN relname ELSE nspname || '.' || relname END AS name
  FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = relnamespace
  WHERE relkind IN ('r', 'p') AND NOT relispartition AND nspname NOT IN ('nself', 'information_schema') AND nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`

/** @param names as SQL writes them; relations and types are looked for. */
export async function readUntracked(client: Client, names: readonly string[]): Promise<Untracked> {
  const asked = names.length === 0 ? 'NULL::text[]' : `ARRAY[${names.map(quoteLiteral).join(', ')}]`
  const [row] = await rowsOf<{ tables: number; some: string[] | null; taken: string | null }>(
    client,
    `WITH tables AS (${tablesSql}) SELECT (SELECT count(*)::int FROM tables) AS tables,
    (SELECT array_agg(name) FROM (SELECT name FROM tables ORDER BY name LIMIT 3) AS few) AS "some",
    (SELECT name FROM unnest(${asked}) WITH ORDINALITY AS asked (name, place)
      WHERE pg_catalog.to_regclass(name) IS NOT NULL OR pg_catalog.to_regtype(name) IS NOT NULL
      ORDER BY place LIMIT 1) AS taken`,
  )
  return { tables: row?.tables ?? 0, some: row?.some ?? [], taken: row?.taken ?? null }
}
