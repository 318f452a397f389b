import type { Allowed, Watch } from '../../core/effect.ts'
import { NselfError } from '../../core/errors.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { rowsOf } from '../driver/must.ts'
import type { Client } from '../driver/pg.ts'

/**
 * How a transaction is asked, when all of it is done and before it commits, what it has done to what was there before.
 * docs/decisions/effects.md says why it is asked this way.
 */

/** The SQLSTATE with which it is rolled back for an effect that was not approved, and that with which effects are told. */
export const unapprovedState = 'NS001'
export const toldState = 'NS000'

/** What is known of the server before the first transaction that is watched. */
export interface WatchStart {
  /** A transaction id, as text: what was made by one that is not older was made by the run. */
  readonly firstXid: string
  /** Something runs with each DDL: no file is harmless. */
  readonly eventTriggers: boolean
  /** The counters of rows may hold what this backend did before: their values are taken at the start. */
  readonly keepsCounts: boolean
}

/** @throws NselfError `refused` where the server does not count. */
export async function beginWatching(client: Client, oneOfMany: boolean): Promise<WatchStart> {
  const [row] = await rowsOf<{ xid: string; triggers: boolean; counts: string; version: number }>(
    client,
    `SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xid, current_setting('track_counts') AS counts,
 EXISTS (SELECT FROM pg_event_trigger WHERE evtenabled <> 'D') AS triggers, current_setting('server_version_num')::int AS version`,
  )
  if (row?.counts !== 'on') {
    throw new NselfError(
      'refused',
      'track_counts is off, so nself cannot tell which rows a migration deletes or changes',
      {
        hint: 'turn it on for the server, or for this role: ALTER ROLE … SET track_counts = on; nothing was run',
      },
    )
  }
  return { firstXid: row.xid, eventTriggers: row.triggers, keepsCounts: oneOfMany || row.version < 150000 }
}

const countsSql = `SELECT coalesce(json_agg(json_build_array(relid::text, n_tup_del, n_tup_upd)), '[]')::text
 FROM pg_catalog.pg_stat_xact_all_tables WHERE n_tup_del + n_tup_upd > 0`

/** Sent alone before a transaction that is watched, lets its counters begin at zero. */
export const zeroCountsSql = 'SELECT pg_catalog.pg_stat_force_next_flush()'

/** How a step is watched, by the server that it runs on. */
export interface Watched {
  readonly watch: Watch
  readonly start: WatchStart
}

/** Null where nothing of a step need be looked at. */
export function watched(watch: Watch | undefined, start: WatchStart | null): Watched | null {
  if (watch === undefined || start === null || (watch.harmless && !start.eventTriggers)) return null
  return { watch, start }
}

/** The watch over several steps in one transaction: what was allowed to one is allowed to all. */
export function watchedTogether(all: readonly (Watched | null)[]): Watched | null {
  const [first, ...more] = all.filter((one) => one !== null)
  if (first === undefined) return null
  const lists = [first, ...more].map(({ watch }) => watch.allowed)
  const allowed = lists.some((list) => list === null) ? null : lists.flatMap((list) => list ?? [])
  return { start: first.start, watch: { allowed, harmless: false } }
}

/** Closes all cursors but ours. */
export const closeCursorsSql = `DO LANGUAGE plpgsql ${quoteLiteral(
  `DECLARE one refcursor; BEGIN FOREACH one IN ARRAY (SELECT array_agg(name::refcursor) FROM pg_catalog.pg_cursors
 WHERE name NOT IN ('', 'nself_before', 'nself_counts')) LOOP CLOSE one; END LOOP; EXCEPTION WHEN null_value_not_allowed THEN NULL; END`,
)}`

/**
 * Ends the opening of a transaction. A cursor sees the catalog as it is when it is declared, and asks only when it is
 * read: until then it costs nothing, however large the catalog is.
 */
export function baselineSql(start: WatchStart): string {
  const before = `DECLARE nself_before NO SCROLL CURSOR FOR SELECT pg_catalog.query_to_xml(${quoteLiteral(touchedSql(start))}, true, false, '')`
  if (!start.keepsCounts) return before
  // What it finds is kept with it at the first reading, to be read again.
  return `${before}; DECLARE nself_counts SCROLL CURSOR FOR ${countsSql}; FETCH 1 FROM nself_counts`
}

/** The ids that the run may have used for transactions, subtransactions with them. Ids have 32 bits, and come round. */
function madeByRun(xmin: string, { firstXid }: WatchStart): string {
  const first = `${firstXid}::int8`
  const used = `pg_catalog.pg_current_xact_id()::text::int8 - ${first} + 1000000`
  return `(${xmin}::text::int8 - ${first} % 4294967296 + 4294967296) % 4294967296 <= ${used}`
}

/** The table of large objects. What drops one lets its lock go at once. */
const largeObjects = 2613

/**
 * What this transaction has locked so that it may have changed it, as it was before. The row of a system column is
 * written when a relation is made and never again: it tells by whom.
 */
function touchedSql(start: WatchStart): string {
  return `WITH RECURSIVE touched AS (
  SELECT relation AS oid FROM pg_catalog.pg_locks
  WHERE pid = pg_backend_pid() AND locktype = 'relation' AND database <> 0 AND mode NOT IN ('AccessShareLock', 'RowShareLock')
  UNION SELECT ${largeObjects}
), above AS (
  SELECT oid, oid AS parent FROM touched UNION
  SELECT a.oid, i.inhparent FROM above AS a JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = a.parent
), found AS (
  SELECT c.oid::text AS oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind, c.relfilenode::text AS file,
    ${storageSql} AS storage, ${shapeSql} AS shape,
    CASE WHEN c.reltuples > 0 THEN c.reltuples::int8 END AS rows, c.relispartition AS part,
    (SELECT json_agg(json_build_array(format('%I.%I', pn.nspname, p.relname), pn.nspname, p.relname)) FROM above AS a
     JOIN pg_catalog.pg_class AS p ON p.oid = a.parent JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.relnamespace
     WHERE a.oid = c.oid AND a.parent <> c.oid) AS parents,
    (SELECT json_object_agg(attnum, attname) FROM pg_catalog.pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns
  FROM touched JOIN pg_catalog.pg_class AS c USING (oid) JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute AS made ON made.attrelid = c.oid AND made.attname = 'tableoid'
  WHERE c.relkind IN ('r', 'p', 'm') AND (c.oid = ${largeObjects} OR c.oid >= 16384) AND NOT (${madeByRun('made.xmin', start)})
) SELECT encode(convert_to(coalesce(json_agg(found), '[]')::text, getdatabaseencoding()), 'hex') AS x FROM found`
}

/** How a relation is kept: over crashes, where, and by what. */
const storageSql = "c.relpersistence::text || ' ' || c.reltablespace::text || ' ' || c.relam::text"

/** Its columns and their types. */
const shapeSql = `(SELECT string_agg(attnum::text || ' ' || atttypid::text || ' ' || atttypmod::text, ',' ORDER BY attnum) FROM pg_catalog.pg_attribute
     WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped)`

/**
 * What a new file of a table means, as far as it can be known: without a page, though nothing else has changed, the table
 * was emptied; with rows that nobody has inserted it was written anew, for TRUNCATE sets their number back.
 */
const howSql = `CASE
    WHEN pg_relation_size(c.oid) = 0 AND (b.storage, b.shape) = (${storageSql}, ${shapeSql}) THEN 'empties'
    WHEN pg_relation_size(c.oid) > 0 AND pg_stat_get_xact_tuples_inserted(c.oid) = 0 THEN 'rewrites'
    END`

const loggedSql = "CASE WHEN c.relpersistence::text <> left(b.storage, 1) THEN c.relpersistence = 'p' END"

const oursSql = `(schema = 'nself' AND name IN ('migrations', 'journal', 'seeds', 'metadata', 'repeatables'))`

/** Of a foreign table, whose rows are elsewhere, nobody counts any: that it was written to is told by the lock. */
const effectsSql = `WITH before AS MATERIALIZED (
  SELECT * FROM json_to_recordset(was) AS b (oid oid, schema text, name text, kind text, file oid, storage text, shape text, rows int8, part bool, parents json, columns json)
), counts AS MATERIALIZED (
  SELECT b.oid, pg_stat_get_xact_tuples_deleted(b.oid) - coalesce((c.value ->> 1)::int8, 0) AS deleted,
    pg_stat_get_xact_tuples_updated(b.oid) - coalesce((c.value ->> 2)::int8, 0) AS updated
  FROM before AS b LEFT JOIN json_array_elements(counted) AS c ON (c.value ->> 0)::oid = b.oid
), effects AS (
  SELECT b.*, 'drop' AS effect, NULL AS lost, b.rows AS many, NULL AS how, NULL::bool AS logged FROM before AS b
  WHERE kind <> 'p' AND NOT EXISTS (SELECT FROM pg_class AS now WHERE now.oid = b.oid)
  UNION ALL SELECT b.*, 'rewrite', NULL, b.rows, ${howSql}, ${loggedSql} FROM before AS b JOIN pg_class AS c USING (oid)
  WHERE kind = 'r' AND c.relfilenode <> b.file
  UNION ALL SELECT b.*, 'drop-column', c.value, b.rows, NULL, NULL FROM before AS b, json_each_text(b.columns) AS c
  JOIN pg_attribute AS a ON a.attnum = c.key::int2 AND a.attisdropped WHERE a.attrelid = b.oid AND NOT b.part
  UNION ALL SELECT b.*, 'delete', NULL, c.deleted, NULL, NULL FROM before AS b JOIN counts AS c USING (oid)
  WHERE c.deleted > 0 AND NOT ${oursSql} AND EXISTS (SELECT FROM pg_class AS now WHERE now.oid = b.oid)
  UNION ALL SELECT b.*, 'update', NULL, c.updated, NULL, NULL FROM before AS b JOIN counts AS c USING (oid)
  WHERE c.updated > 0 AND NOT ${oursSql} AND EXISTS (SELECT FROM pg_class AS now WHERE now.oid = b.oid)
  UNION ALL SELECT c.oid, nspname::text, relname::text, 'f', 0::oid, NULL, NULL, NULL::int8, false, '[]'::jsonb::json, NULL::json, 'update', NULL, NULL::int8, NULL, NULL
  FROM pg_locks JOIN pg_class AS c ON c.oid = relation JOIN pg_namespace AS n ON n.oid = relnamespace
  WHERE pid = pg_backend_pid() AND locktype = 'relation' AND mode = 'RowExclusiveLock' AND relkind = 'f'
)
SELECT json_agg(json_build_object('relation', format('%I.%I', schema, name), 'schema', schema, 'name', name, 'kind', effect,
    'column', lost, 'how', how, 'logged', logged, 'rows', many, 'parents', coalesce((SELECT json_agg(p.value -> 0) FROM json_array_elements(parents) AS p), '[]'))
    ORDER BY schema, name, effect),
  bool_and(EXISTS (SELECT FROM json_to_recordset(allowed) AS a (kind text, schema text, name text, "column" text)
    WHERE (a.kind = effect OR (e.kind = 'f' AND a.kind = 'delete')) AND (a."column" IS NULL OR a."column" = lost) AND (
      ((a.schema IS NULL OR a.schema = e.schema) AND (a.name IS NULL OR a.name = e.name))
      OR EXISTS (SELECT FROM json_array_elements(parents) AS p
        WHERE (a.schema IS NULL OR a.schema = p.value ->> 1) AND a.name = p.value ->> 2))))
FROM effects AS e INTO told, fine`

/** Keeps what was done with the entry of the journal that this transaction has just written. */
export const keepEffectsSql =
  'UPDATE nself.journal SET effects = told::jsonb WHERE id = (SELECT max(id) FROM nself.journal);'

const noJournal = ''

/**
 * Ends a transaction that began with the baseline, after everything else in it: fails with `unapprovedState` where it
 * has done what is not allowed, otherwise tells what it has done by a notice of `toldState`.
 * @param journals what is done first where it is told.
 */
export function verdictSql({ watch, start: { keepsCounts } }: Watched, journals = noJournal): string {
  const counted = keepsCounts ? `FETCH ABSOLUTE 1 FROM counts INTO line; counted := line::json;` : `counted := '[]';`
  const allowed: readonly Allowed[] = watch.allowed ?? []
  const refuse = watch.allowed === null ? 'false' : 'NOT fine'
  const body = `DECLARE
  cursors text[] := ARRAY['nself_before'${keepsCounts ? ", 'nself_counts'" : ''}];
  looked refcursor := 'nself_before'; counts refcursor := 'nself_counts';
  line text; seen xml; was json; counted json; allowed json := ${quoteLiteral(JSON.stringify(allowed))}; told json; fine bool;
BEGIN
  IF current_setting('track_counts') <> 'on' THEN
    RAISE EXCEPTION 'track_counts was turned off, so nself cannot tell what this migration has done';
  END IF;
  IF (SELECT count(*) FROM pg_cursors WHERE name = ANY (cursors) AND creation_time = now()) < cardinality(cursors) THEN
    RAISE EXCEPTION 'the cursors of nself were closed, so nself cannot tell what this migration has done';
  END IF;
  FETCH looked INTO seen;
  was := convert_from(decode(substring(seen::text from '<x>([0-9a-f]*)</x>'), 'hex'), getdatabaseencoding())::json;
  ${counted}
  IF was IS NULL OR counted IS NULL THEN
    RAISE EXCEPTION 'the cursors of nself were read, so nself cannot tell what this migration has done';
  END IF;
  ${effectsSql};
  IF ${refuse} THEN
    RAISE EXCEPTION 'effects that were not approved' USING ERRCODE = '${unapprovedState}', DETAIL = told::text;
  ELSIF told IS NOT NULL THEN
    ${journals}
    RAISE NOTICE 'effects' USING ERRCODE = '${toldState}', DETAIL = told::text;
  END IF;
END`
  const zero = keepsCounts ? '' : `; ${zeroCountsSql}`
  return `SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL client_min_messages = notice; DO LANGUAGE plpgsql ${quoteLiteral(body)}${zero}`
}
