import { certain } from '../../core/certain.ts'
import type { Environment } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { LostConnection } from '../driver/lost-connection.ts'
import { type Client, queryArrays } from '../driver/pg.ts'
import { type Outcome, send } from '../driver/send.ts'
import { detailOf } from '../driver/server-error.ts'
import { allDroppedSql, forgetAllSql } from '../tracking/history.ts'
import { findDefaultPrivileges } from './default-privileges.ts'

/**
 * Everything a user can have made, as statements: whole schemas, then what stands in public, then what stands in
 * none; last the schema public, which every new database has. One drop can take others with it, so all say IF EXISTS, and what has gone by then is no error.
 */
const dropsSql = `
SELECT format('ALTER SUBSCRIPTION %I DISABLE; ALTER SUBSCRIPTION %1$I SET (slot_name = NONE); DROP SUBSCRIPTION IF EXISTS %1$I', subname)
 FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
UNION ALL
SELECT format('DROP EXTENSION IF EXISTS %I CASCADE', extname) FROM pg_extension
 WHERE extname <> 'plpgsql' AND pg_has_role(extowner, 'USAGE')
UNION ALL
SELECT format('DROP PUBLICATION IF EXISTS %I', pubname) FROM pg_publication
UNION ALL
SELECT format('DROP EVENT TRIGGER IF EXISTS %I CASCADE', evtname) FROM pg_event_trigger
UNION ALL
SELECT format('DROP FOREIGN DATA WRAPPER IF EXISTS %I CASCADE', fdwname) FROM pg_foreign_data_wrapper
UNION ALL
SELECT format('DROP SCHEMA IF EXISTS %I CASCADE', nspname) FROM pg_namespace n
 WHERE nspname NOT IN ('public', 'information_schema', 'nself') AND nspname NOT LIKE 'pg\\_%'
 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
UNION ALL
SELECT format('DROP %s IF EXISTS %s CASCADE', CASE o.type WHEN 'composite type' THEN 'type' WHEN 'statistics object' THEN 'statistics' ELSE o.type END, o.identity)
 FROM (SELECT DISTINCT classid, objid FROM pg_depend d
   WHERE refclassid = 'pg_namespace'::regclass AND refobjid = to_regnamespace('public')::oid AND deptype = 'n'
   AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classid AND e.objid = d.objid AND e.objsubid = 0 AND e.deptype IN ('e', 'i'))) AS own,
  pg_identify_object(own.classid, own.objid, 0) AS o
 WHERE o.type NOT IN ('default acl', 'index', 'trigger', 'rule')
UNION ALL
SELECT format('DROP CAST IF EXISTS (%s AS %s) CASCADE', castsource::regtype, casttarget::regtype) FROM pg_cast c
 WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'e')
UNION ALL
SELECT format('DROP ACCESS METHOD IF EXISTS %I CASCADE', amname) FROM pg_am a
 WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_am'::regclass AND d.objid = a.oid AND d.deptype = 'e')
UNION ALL
SELECT format('DROP LANGUAGE IF EXISTS %I CASCADE', lanname) FROM pg_language l
 WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_language'::regclass AND d.objid = l.oid AND d.deptype = 'e')
UNION ALL
SELECT format('SELECT lo_unlink(%s)', oid) FROM pg_largeobject_metadata
UNION ALL
SELECT format('CREATE SCHEMA public; GRANT %s ON SCHEMA public TO PUBLIC',
  CASE WHEN current_setting('server_version_num')::int < 150000 THEN 'ALL' ELSE 'USAGE' END)
 WHERE to_regnamespace('public') IS NULL`

/** Locks are a shared, small pool: a schema of thousands of tables goes in several transactions. */
const batch = 200

/**
 * Drops all user objects; the tracking schema stays, its rows of applied migrations go first.
 * @throws NselfError `migration-failed`, `connection`.
 */
export async function dropEverything({ client }: { client: Client }, environment: Environment): Promise<void> {
  try {
    await dropInBatches(client, environment)
  } catch (error) {
    throw error instanceof LostConnection ? unknownDrop(error) : error
  }
}

async function dropInBatches(client: Client, environment: Environment): Promise<void> {
  const drops = await findDrops(client)
  for (let at = 0; at === 0 || at < drops.length; at += batch) {
    const first = at === 0 ? `${forgetAllSql(environment)};` : ''
    const last = at + batch >= drops.length ? `; ${allDroppedSql}` : ''
    const { error } = await dropBatch(client, `${first} ${dropAllSql(drops.slice(at, at + batch))}${last}`)
    if (error === null) continue
    if (error instanceof LostConnection) throw error
    throw new NselfError('migration-failed', `fresh could not drop everything: ${error.message}`, {
      hint: at === 0 ? 'nothing was changed' : 'the database is half dropped; mend the cause and run fresh again',
      server: detailOf(error),
      cause: error,
    })
  }
}

/** Not a LostConnection: a history that is still there says nothing of what a fresh run has done. */
function unknownDrop(cause: LostConnection): NselfError {
  return new NselfError('connection', `${cause.message}, while everything was being dropped`, {
    hint: 'look how things stand with nself db migrate status, and run fresh again',
    cause,
  })
}

/** The statements that drop what a database has, but for the tracking schema: default privileges first, for they name schemas. */
export async function findDrops(client: Client): Promise<string[]> {
  const rows = await queryArrays<[string]>(client, dropsSql)
  return [...(await findDefaultPrivileges(client)), ...rows.map((row) => certain(row[0]))]
}

/** One statement that runs them all; what went with another one is no error. */
export function dropAllSql(drops: readonly string[]): string {
  const gone = 'undefined_object OR undefined_table OR undefined_function OR invalid_schema_name'
  const body = `DECLARE one text; BEGIN
 FOREACH one IN ARRAY ARRAY[${drops.map(quoteLiteral).join(',\n')}]::text[] LOOP
  BEGIN EXECUTE one; EXCEPTION WHEN ${gone} THEN NULL; END;
 END LOOP; END`
  return `DO ${quoteLiteral(body)}`
}

async function dropBatch(client: Client, sql: string): Promise<Outcome> {
  const quiet = "SET LOCAL client_min_messages = warning; SET LOCAL lock_timeout = '5s'"
  const outcome = await send(client, `BEGIN; ${quiet}; ${sql}; COMMIT`)
  if (outcome.error !== null) await send(client, 'ROLLBACK')
  return outcome
}
