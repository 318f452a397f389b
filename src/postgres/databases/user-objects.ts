import { type Client, queryArrays } from '../driver/pg.ts'

/** Something that a user can have made, and that can be dropped by itself. */
export interface UserObject {
  /** As a table of contents names it: `EXTENSION`, `EVENT TRIGGER`, `FUNCTION`. */
  readonly kind: string
  /** Quoted where needed; of a function with its arguments, without its schema. */
  readonly name: string
  /** Null for what stands in no schema. */
  readonly schema: string | null
  readonly owner: string
  /** The role that is connected may drop it, and nothing of others goes with it. */
  readonly isOurs: boolean
  /** A schema of ours in which something of others stands: what else is in it goes, the schema is kept. */
  readonly isShell: boolean
  readonly drop: string
}

/**
 * Whole schemas, then what stands in public and in schemas that cannot go, then what stands in none; last the schema
 * public, which every new database has. Event triggers come first: they could forbid the rest.
 * The bootstrap superuser's ownership is not recorded in pg_shdepend.
 */
const objectsSql = `
WITH calls AS (SELECT evtfoid AS oid FROM pg_event_trigger WHERE NOT pg_has_role(evtowner, 'USAGE')),
 spaces AS (SELECT n.oid, nspname, nspowner, nspname = 'public' OR n.oid IN (
    SELECT extnamespace FROM pg_extension WHERE NOT pg_has_role(extowner, 'USAGE')
    UNION ALL SELECT pronamespace FROM pg_proc p JOIN calls ON calls.oid = p.oid) AS shell
   FROM pg_namespace n WHERE nspname NOT IN ('information_schema', 'nself') AND nspname NOT LIKE 'pg\\_%'
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e'))
SELECT 'EVENT TRIGGER' AS kind, quote_ident(evtname) AS name, NULL AS schema, evtowner AS owner, pg_has_role(evtowner, 'USAGE') AS ours, false AS shell,
  format('DROP EVENT TRIGGER IF EXISTS %I CASCADE', evtname) AS drop FROM pg_event_trigger
UNION ALL
SELECT 'SUBSCRIPTION', quote_ident(subname), NULL, subowner, pg_has_role(subowner, 'USAGE'), false,
  format('ALTER SUBSCRIPTION %I DISABLE; ALTER SUBSCRIPTION %1$I SET (slot_name = NONE); DROP SUBSCRIPTION IF EXISTS %1$I', subname)
 FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
UNION ALL
SELECT 'EXTENSION', quote_ident(extname), NULL, extowner, pg_has_role(extowner, 'USAGE'), false, format('DROP EXTENSION IF EXISTS %I CASCADE', extname)
 FROM pg_extension WHERE extname <> 'plpgsql'
UNION ALL
SELECT 'PUBLICATION', quote_ident(pubname), NULL, pubowner, pg_has_role(pubowner, 'USAGE'), false, format('DROP PUBLICATION IF EXISTS %I', pubname)
 FROM pg_publication
UNION ALL
SELECT 'SERVER', quote_ident(srvname), NULL, srvowner, pg_has_role(srvowner, 'USAGE'), false, format('DROP SERVER IF EXISTS %I CASCADE', srvname)
 FROM pg_foreign_server
UNION ALL
SELECT 'FOREIGN DATA WRAPPER', quote_ident(fdwname), NULL, fdwowner, pg_has_role(fdwowner, 'USAGE'), false, format('DROP FOREIGN DATA WRAPPER IF EXISTS %I CASCADE', fdwname)
 FROM pg_foreign_data_wrapper w
 WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_foreign_data_wrapper'::regclass AND d.objid = w.oid AND d.deptype = 'e')
UNION ALL
SELECT 'SCHEMA', quote_ident(nspname), NULL, nspowner, pg_has_role(nspowner, 'USAGE') AND NOT shell, shell AND pg_has_role(nspowner, 'USAGE'),
  format('DROP SCHEMA IF EXISTS %I CASCADE', nspname) FROM spaces WHERE nspname <> 'public'
UNION ALL
SELECT upper(o.type), COALESCE(o.name, substr(o.identity, length(o.schema) + 2)), o.schema, own.owner,
  calls.oid IS NULL AND (pg_has_role(own.owner, 'USAGE') OR pg_has_role(own.nspowner, 'USAGE')), false,
  format('DROP %s IF EXISTS %s CASCADE', CASE o.type WHEN 'composite type' THEN 'type' WHEN 'statistics object' THEN 'statistics' ELSE o.type END, o.identity)
 FROM (SELECT DISTINCT d.classid, d.objid, spaces.nspowner, COALESCE((SELECT s.refobjid FROM pg_shdepend s WHERE s.classid = d.classid
     AND s.objid = d.objid AND s.objsubid = 0 AND s.deptype = 'o' AND s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())), 10) AS owner
   FROM pg_depend d JOIN spaces ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = spaces.oid
   WHERE d.deptype = 'n' AND d.classid <> 'pg_extension'::regclass AND (nspname = 'public' OR shell AND pg_has_role(nspowner, 'USAGE'))
   AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classid AND e.objid = d.objid AND e.objsubid = 0 AND e.deptype IN ('e', 'i'))) AS own
 CROSS JOIN LATERAL pg_identify_object(own.classid, own.objid, 0) AS o
 LEFT JOIN calls ON own.classid = 'pg_proc'::regclass AND calls.oid = own.objid
 WHERE o.type NOT IN ('default acl', 'index', 'trigger', 'rule')
UNION ALL
SELECT 'CAST', format('(%s AS %s)', castsource::regtype, casttarget::regtype), NULL, s.typowner, pg_has_role(s.typowner, 'USAGE') OR pg_has_role(t.typowner, 'USAGE'), false,
  format('DROP CAST IF EXISTS (%s AS %s) CASCADE', castsource::regtype, casttarget::regtype)
 FROM pg_cast c JOIN pg_type s ON s.oid = castsource JOIN pg_type t ON t.oid = casttarget
 WHERE c.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'e')
UNION ALL
SELECT 'ACCESS METHOD', quote_ident(amname), NULL, 10, pg_has_role(10, 'USAGE'), false, format('DROP ACCESS METHOD IF EXISTS %I CASCADE', amname) FROM pg_am a
 WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_am'::regclass AND d.objid = a.oid AND d.deptype = 'e')
UNION ALL
SELECT 'PROCEDURAL LANGUAGE', quote_ident(lanname), NULL, lanowner, pg_has_role(lanowner, 'USAGE'), false, format('DROP LANGUAGE IF EXISTS %I CASCADE', lanname) FROM pg_language l
 WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_language'::regclass AND d.objid = l.oid AND d.deptype = 'e')
UNION ALL
SELECT 'LARGE OBJECT', oid::text, NULL, lomowner, pg_has_role(lomowner, 'USAGE'), false, format('SELECT lo_unlink(%s)', oid) FROM pg_largeobject_metadata
UNION ALL
SELECT 'SCHEMA', 'public', NULL, 10, true, false, format('CREATE SCHEMA public; GRANT %s ON SCHEMA public TO PUBLIC',
  CASE WHEN current_setting('server_version_num')::int < 150000 THEN 'ALL' ELSE 'USAGE' END)
 WHERE to_regnamespace('public') IS NULL`

type Row = [
  kind: string,
  name: string,
  schema: string | null,
  owner: string,
  isOurs: boolean,
  isShell: boolean,
  drop: string,
]

/** What the database has, but for the tracking schema, in the order in which it is to be dropped. */
export async function readUserObjects(client: Client): Promise<UserObject[]> {
  const sql = `SELECT kind, name, schema, pg_get_userbyid(owner), ours, shell, drop FROM (${objectsSql}) AS objects`
  const rows = await queryArrays<Row>(client, sql)
  return rows.map(([kind, name, schema, owner, isOurs, isShell, drop]) => ({
    kind,
    name,
    schema,
    owner,
    isOurs,
    isShell,
    drop,
  }))
}

/** `extension postgis (of postgres), schema audit (of dba)`: what is left alone, for a person. */
export function namesOfObjects(objects: readonly UserObject[]): string {
  const shown = objects.slice(0, 6).map(({ kind, name, schema, owner, isShell }) => {
    const full = schema === null ? name : `${schema}.${name}`
    return `${kind.toLowerCase()} ${full} (${isShell ? 'holds something of others' : `of ${owner}`})`
  })
  return objects.length > 6 ? `${shown.join(', ')} and ${objects.length - 6} more` : shown.join(', ')
}
