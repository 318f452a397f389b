import { toldState } from './effect-states.ts'
import { oursSql } from './effects-query.ts'

/**
 * Where no lock is stronger than that of a change of rows, nothing was dropped or rewritten: what the counters say of the
 * tables that are locked for it is all that was done. Locks to read are left out: a statement that also reads the table that
 * it changes holds both, and its rows would count twice. It is several times as fast as a look at what was there before.
 */
export function quickVerdict(refuses: boolean, journals: string): string {
  const isAllowed = `EXISTS (SELECT FROM json_to_recordset(allowed) AS a (kind text, schema text, name text) WHERE a.kind = k.kind
      AND (a.schema IS NULL OR a.schema = e.schema) AND (a.name IS NULL OR a.name = e.name))`
  return `SELECT json_agg(json_build_object('relation', format('%I.%I', e.schema, e.name), 'schema', e.schema, 'name', e.name, 'kind', k.kind,
      'column', NULL, 'how', NULL, 'logged', NULL, 'rows', k.many, 'parents', json_build_array()) ORDER BY e.schema, e.name, k.kind)
      FILTER (WHERE k.many > 0 AND NOT ${oursSql}),
    coalesce(bool_and(e.oid >= 16384 AND e.kind <> 'f' AND (k.many = 0 OR ${oursSql}
      OR (NOT e.part AND ${refuses ? isAllowed : 'true'}))), true)
  FROM (SELECT l.relation AS oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind AS kind, c.relispartition AS part
    FROM pg_locks AS l LEFT JOIN pg_class AS c ON c.oid = l.relation LEFT JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.mode = 'RowExclusiveLock') AS e,
    LATERAL (VALUES ('delete', pg_stat_get_xact_tuples_deleted(e.oid)), ('update', pg_stat_get_xact_tuples_updated(e.oid))) AS k (kind, many)
  INTO told, fine;
  IF fine AND NOT EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'
    AND mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')) THEN
    IF told IS NOT NULL THEN
      ${journals}
      RAISE NOTICE 'effects' USING ERRCODE = '${toldState}', DETAIL = told::text;
    END IF;
    RETURN;
  END IF;`
}
