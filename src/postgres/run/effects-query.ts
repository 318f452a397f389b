/** The questions of effects.ts: what a transaction touched, and what it did to that. */

/** The ids that the run may have used for transactions, subtransactions with them. Ids have 32 bits, and come round. */
function madeByRun(xmin: string, firstXid: string): string {
  const first = `${firstXid}::int8`
  const used = `pg_catalog.pg_current_xact_id()::text::int8 - ${first} + 1000000`
  return `(${xmin}::text::int8 - ${first} % 4294967296 + 4294967296) % 4294967296 <= ${used}`
}

/** The table of large objects. What drops one lets its lock go at once. */
const largeObjects = 2613

/**
 * What this transaction has locked so that it may have changed it, as it was before. The row of a system column is
 * written when a relation is made and never again: it tells by whom.
 * @param firstXid what was made by a transaction that is not older was made by the run, and is left out.
 */
export function touchedSql(firstXid: string): string {
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
  WHERE c.relkind IN ('r', 'p', 'm') AND (c.oid = ${largeObjects} OR c.oid >= 16384) AND NOT (${madeByRun('made.xmin', firstXid)})
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

/** The tables that nself keeps, in which it writes itself. */
export const oursSql = `(schema = 'nself' AND name IN ('migrations', 'journal', 'seeds', 'metadata', 'repeatables'))`

/**
 * What became of those relations, as `told`, and whether all of it is allowed, as `fine`: variables of the block it runs in,
 * beside `was`, `counted` and `allowed`. Of a foreign table, whose rows are elsewhere, nobody counts any: that it
 * was written to is told by the lock.
 */
export const effectsSql = `WITH before AS MATERIALIZED (
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
