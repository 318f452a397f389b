import { rowsOf } from '../driver/must.ts'
import type { Client } from '../driver/pg.ts'
import { countRows, type RowCount } from './lost-rows.ts'

export interface CountedRelation {
  /** As SQL names it, without `public`. */
  readonly name: string
  readonly count: RowCount | null
}

const relationsSql = `SELECT n.nspname AS schema, c.relname AS name,
  CASE n.nspname WHEN 'public' THEN quote_ident(c.relname) ELSE format('%I.%I', n.nspname, c.relname) END AS shown
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT IN ('nself', 'information_schema') AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')`

/** Every table of the user with how many rows it has, those with the most first. */
export async function allRows(client: Client): Promise<CountedRelation[]> {
  const tables = await rowsOf<{ schema: string; name: string; shown: string }>(client, relationsSql)
  const counts = await countRows(
    client,
    tables.map(({ schema, name }) => ({ schema, name, column: null })),
  )
  const counted = tables.map(({ shown }, i) => ({ name: shown, count: counts[i] ?? null }))
  return counted.sort((a, b) => (b.count?.rows ?? 0) - (a.count?.rows ?? 0) || (a.name < b.name ? -1 : 1))
}

/** How much the database takes on disk; null where this role may not know. */
export async function databaseSize(client: Client): Promise<number | null> {
  const [row] = await rowsOf<{ size: string }>(
    client,
    'SELECT pg_database_size(current_database())::text AS size',
  ).catch(() => [])
  return row === undefined ? null : Number(row.size)
}
