import type { Client } from '../driver/pg.ts'
import { dottedName } from './query-parts.ts'

const rowsSql = `SELECT ${dottedName('n.nspname', 'c.relname')} AS table, (SELECT sum(COALESCE(NULLIF(part.reltuples, -1),
   pg_stat_get_live_tuples(part.oid)))::float8 FROM pg_class part WHERE part.relkind = 'r'
   AND (part.oid = c.oid OR part.oid IN (SELECT relid FROM pg_partition_tree(c.oid)))) AS rows
 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')`

/** About how many rows each table has, by its key, without counting: with those of its partitions. */
export async function readRowEstimates(client: Client): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<{ table: string; rows: number | null }>(rowsSql)
  return new Map(rows.map((row) => [row.table, row.rows ?? 0]))
}
