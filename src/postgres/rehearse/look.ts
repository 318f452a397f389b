import type { KnownRelation, RelationLook, RelationsLook } from '../../core/rehearse/looks.ts'
import { shortName } from '../../core/sql/qualified-name.ts'
import type { Client } from '../driver/pg.ts'

interface RelationRow {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: string
  readonly filenode: number
}

const relationSql = `'oid', c.oid::int8, 'schema', n.nspname, 'name', c.relname, 'kind', c.relkind, 'filenode', c.relfilenode::int8`
/** Those of the user: PostgreSQL's own are below, but for what was written anew. */
const isUsers = `n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'nself') AND n.nspname NOT LIKE 'pg\\_temp%' AND n.nspname NOT LIKE 'pg\\_toast%'`
const from = `FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace`

/** All relations that are there, by their oid. */
export async function knownRelations(client: Client): Promise<Map<number, KnownRelation>> {
  const { rows } = await client.query<{ found: RelationRow[] | null }>(
    `SELECT jsonb_agg(jsonb_build_object(${relationSql})) AS found ${from} WHERE ${isUsers} AND c.relkind IN ('r', 'p', 'm', 'f', 'v', 'S', 'i', 'I')`,
  )
  return new Map((rows[0]?.found ?? []).map((row) => [row.oid, known(row)]))
}

const known = ({ schema, name, kind, filenode }: RelationRow): KnownRelation => ({
  name: shortName(schema, name),
  kind,
  filenode,
})

interface LookRow {
  readonly wal: string
  readonly found: (RelationRow & { modes: string[]; counts: RelationLook['counts'] })[] | null
}

const walSql = `(pg_catalog.pg_current_wal_insert_lsn() - '0/0')::text AS wal`
/** Whether no parallel worker reads rows of it, which count for the worker alone until the transaction ends. */
const readAloneSql = `(pg_catalog.current_setting('max_parallel_workers_per_gather') = '0' AND pg_catalog.current_setting('max_parallel_maintenance_workers') = '0'
   OR pg_catalog.pg_relation_size(c.oid) < pg_catalog.pg_size_bytes(pg_catalog.current_setting('min_parallel_table_scan_size')) AND COALESCE(c.reloptions::text !~ 'parallel_workers', true))`
const countsSql = (kind: 'xact_' | '') =>
  `jsonb_build_object('countsAll', ${kind === '' ? 'true' : readAloneSql}, 'scans', pg_catalog.pg_stat_get_${kind}numscans(c.oid), 'rowsRead', pg_catalog.pg_stat_get_${kind}tuples_returned(c.oid),
   'rowsChanged', pg_catalog.pg_stat_get_${kind}tuples_inserted(c.oid) + pg_catalog.pg_stat_get_${kind}tuples_updated(c.oid) + pg_catalog.pg_stat_get_${kind}tuples_deleted(c.oid))`

/** What the open transaction has locked and done so far: of no other relation it can have read or written anything. */
const inTransactionSql = `SELECT ${walSql}, (SELECT jsonb_agg(jsonb_build_object(${relationSql}, 'modes', l.modes, 'counts', ${countsSql('xact_')}))
  FROM (SELECT relation, jsonb_agg(DISTINCT mode) AS modes FROM pg_catalog.pg_locks WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation' AND granted
   AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) AND relation >= 16384 GROUP BY 1) l
  JOIN pg_catalog.pg_class c ON c.oid = l.relation JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE ${isUsers}) AS found`

/** A relation that is gone by now was locked too: of those that were dropped nothing is left but the lock. */
const goneSql = `SELECT relation::int8 AS oid, array_agg(DISTINCT mode::text) AS modes FROM pg_catalog.pg_locks WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation' AND granted
  AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) AND relation >= 16384
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = relation) GROUP BY 1`

/** What the session did before the transaction, and has not told yet: it is counted as if it were of the transaction. */
const countedSql = `SELECT ${walSql}, (SELECT jsonb_agg(jsonb_build_object(${relationSql}, 'modes', '[]'::jsonb, 'counts', ${countsSql('xact_')})) ${from}
  WHERE ${isUsers} AND c.relkind IN ('r', 'p', 'm') AND (pg_catalog.pg_stat_get_xact_numscans(c.oid) > 0 OR pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) > 0
   OR pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) > 0 OR pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) > 0)) AS found`

/** What is counted already where a transaction begins, in which nothing is locked yet. */
export async function lookAtBeginning(client: Client): Promise<RelationsLook> {
  const { rows } = await client.query<LookRow>(countedSql)
  return { wal: Number(rows[0]?.wal ?? 0), relations: relationsOf(rows[0]) }
}

/** What can be seen inside of a transaction. @param there what was there before the run. */
export async function lookInside(client: Client, there: ReadonlyMap<number, KnownRelation>): Promise<RelationsLook> {
  const looking = client.query<LookRow>(inTransactionSql)
  const gone = await client.query<{ oid: string; modes: string[] }>(goneSql)
  const { rows } = await looking
  const dropped = gone.rows.flatMap(({ oid, modes }): RelationLook[] => {
    const was = there.get(Number(oid))
    return was === undefined ? [] : [{ ...was, oid: Number(oid), modes, counts: noCounts }]
  })
  return { wal: Number(rows[0]?.wal ?? 0), relations: [...relationsOf(rows[0]), ...dropped] }
}

const noCounts = { countsAll: true, scans: 0, rowsRead: 0, rowsChanged: 0 }

const relationsOf = (row: LookRow | undefined): RelationLook[] =>
  (row?.found ?? []).map((one) => ({ ...known(one), oid: one.oid, modes: one.modes, counts: one.counts }))

/** From this major on a session can have its counts told to others at once. */
const tellsCounts = 15

/** What can be seen of all relations outside of a transaction. @param major of the server. */
export async function lookOutside(client: Client, major: number): Promise<RelationsLook> {
  if (major >= tellsCounts) await client.query('SELECT pg_catalog.pg_stat_force_next_flush()')
  const counts = major >= tellsCounts ? countsSql('') : `'null'::jsonb`
  const { rows } = await client.query<LookRow>(
    `SELECT ${walSql}, (SELECT jsonb_agg(jsonb_build_object(${relationSql}, 'modes', '[]'::jsonb, 'counts', ${counts})) ${from}
     WHERE ${isUsers} AND c.relkind IN ('r', 'p', 'm')) AS found`,
  )
  return { wal: Number(rows[0]?.wal ?? 0), relations: relationsOf(rows[0]) }
}
