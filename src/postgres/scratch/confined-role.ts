import { randomBytes } from 'node:crypto'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import { connect } from '../driver/connect.ts'
import type { Client } from '../driver/pg.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'

/**
 * Who replays in a cluster of its own: a login without any right, which is at once set to a role of the same name as the
 * real one, so that owners and search paths come out alike. What only a superuser may do is done for it by a function that
 * asks for a word which no file knows.
 */
export class ConfinedRole {
  /** The database's owner. */
  readonly owner: string
  private readonly login: string
  private readonly password = randomBytes(18).toString('base64url')
  private readonly word = randomBytes(18).toString('base64url')
  private readonly admin: Client

  /** @param login a name that no other command has. */
  constructor(admin: Client, owner: string, login: string) {
    this.admin = admin
    this.owner = owner
    this.login = login
  }

  async make(): Promise<void> {
    const [owner, login] = [quoteIdentifier(this.owner), quoteIdentifier(this.login)]
    await this.makeRoles([this.owner])
    await this.admin.query(
      `CREATE ROLE ${login} LOGIN NOINHERIT PASSWORD ${quoteLiteral(this.password)}; GRANT ${owner} TO ${login};
       ALTER ROLE ${login} SET role = ${quoteLiteral(this.owner)}`,
    )
    // What PostgreSQL 15 and later let a superuser hand on: a dump sets it.
    await this.admin
      .query(`GRANT SET ON PARAMETER session_replication_role, lc_messages, log_statement TO ${owner}`)
      .catch(() => {})
  }

  async drop(): Promise<void> {
    await this.admin.query(`DROP ROLE IF EXISTS ${quoteIdentifier(this.login)}`).catch(() => {})
  }

  /** Roles without a login, of which the owner is a member; of PostgreSQL's own, those that reach nothing beyond the cluster. */
  async makeRoles(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const isPredefined = name.startsWith('pg_')
      if ((isPredefined && !confinedRoles.has(name)) || name === '' || name === this.login) continue
      const role = quoteIdentifier(name)
      // Another command may make it at the same time.
      if (!isPredefined) await this.admin.query(`CREATE ROLE ${role} NOLOGIN`).catch(() => {})
      if (name !== this.owner) await this.admin.query(`GRANT ${role} TO ${quoteIdentifier(this.owner)}`).catch(() => {})
    }
  }

  /** Tablespaces within the cluster's own folder. */
  async makeTablespaces(names: readonly string[]): Promise<void> {
    for (const name of names) {
      if (name.startsWith('pg_') || name === '') continue
      const space = quoteIdentifier(name)
      await this.admin.query('SET allow_in_place_tablespaces = on').catch(() => {})
      await this.admin.query(`CREATE TABLESPACE ${space} LOCATION ''`).catch(() => {})
      await this.admin.query(`GRANT CREATE ON TABLESPACE ${space} TO PUBLIC`).catch(() => {})
    }
  }

  /** How to enter a database as the confined role. */
  enter(database: Server): Server {
    return { ...database, user: this.login, password: this.password }
  }

  /** @param database as the superuser enters it; it belongs to the owner. */
  async prepare(database: Server): Promise<void> {
    const owner = quoteIdentifier(this.owner)
    await withConnection(connect(database, 'nself'), null, async (client) => {
      await client.query(elevatingSql(this.word, this.owner))
      // Before 15 it belongs to the superuser, and whoever could make schemas could alter it.
      await client.query(`DO $$ BEGIN IF current_setting('server_version_num')::int < 150000 THEN
        EXECUTE ${quoteLiteral(`ALTER SCHEMA public OWNER TO ${owner}`)}; END IF; END $$`)
    })
  }

  /** A statement that has a superuser run this one, on as many lines. */
  elevate(sql: string): string {
    const quote = `$nself_${this.word.replace(/[^A-Za-z0-9]/g, '')}$`
    return `SELECT pg_catalog.nself_elevated(${quoteLiteral(this.word)}, ${quote}${sql}${quote})`
  }
}

/**
 * Event triggers do not fire in it: they would run as the superuser. What an extension brings to reach other servers is
 * taken away at once: foreign-data wrappers lose their handler, dblink and its like may not be called.
 */
const elevatingSql = (
  word: string,
  owner: string,
) => `CREATE OR REPLACE FUNCTION pg_catalog.nself_elevated(word text, statement text)
 RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET session_replication_role = replica AS $nself$
 DECLARE one record;
 BEGIN
  IF word <> ${quoteLiteral(word)} THEN RAISE insufficient_privilege USING MESSAGE = 'must be superuser'; END IF;
  EXECUTE statement;
  FOR one IN SELECT fdwname AS name, fdwhandler FROM pg_catalog.pg_foreign_data_wrapper LOOP
   IF one.fdwhandler <> 0 THEN EXECUTE pg_catalog.format('ALTER FOREIGN DATA WRAPPER %I NO HANDLER', one.name); END IF;
   EXECUTE pg_catalog.format('GRANT USAGE ON FOREIGN DATA WRAPPER %I TO %I', one.name, ${quoteLiteral(owner)});
  END LOOP;
  FOR one IN SELECT p.oid::pg_catalog.regprocedure AS name FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
    JOIN pg_catalog.pg_proc p ON p.oid = d.objid WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e'
    AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND e.extname IN (${reaching.map(quoteLiteral).join(', ')}) LOOP
   EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', one.name);
  END LOOP;
 END $nself$`

/** Roles of PostgreSQL's own that may own something, and may not touch files, programs or other sessions. */
const confinedRoles = new Set([
  'pg_read_all_data',
  'pg_write_all_data',
  'pg_monitor',
  'pg_read_all_settings',
  'pg_read_all_stats',
  'pg_stat_scan_tables',
  'pg_maintain',
])

/** Extensions whose functions reach other servers or files. */
const reaching = ['dblink', 'http', 'pg_net', 'pg_cron', 'pg_background', 'aws_s3', 'aws_lambda', 'adminpack', 'plsh']
