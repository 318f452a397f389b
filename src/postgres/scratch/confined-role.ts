import { randomBytes } from 'node:crypto'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import { connect } from '../driver/connect.ts'
import type { Client } from '../driver/pg.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'
import { elevatingSql } from './elevated.ts'
import { scratchPrefix } from './sweep.ts'

/** The role that a replay stands for. */
export interface RealRole {
  readonly name: string
  /** No policy of a table holds for it. */
  readonly seesAllRows: boolean
}

/** Of an advisory lock in the cluster for replays. */
const oneByOne = 5_713_902

/**
 * Who replays: a login without any right, which is at once set to another role. In a cluster of its own that has the name of
 * the real one, so that owners and search paths come out alike; on the server of the real one it is a role of this command,
 * which has the rights of those who own something in the database, and none to anything else. What only a superuser may do
 * is done for it by a function that asks for a word which no file knows.
 */
export class ConfinedRole {
  /** The database's owner. */
  readonly owner: string
  /** The cluster serves replays alone: roles and tablespaces may be made in it. */
  private readonly ownsCluster: boolean
  private readonly seesAllRows: boolean
  private readonly login: string
  private readonly password = randomBytes(18).toString('base64url')
  private readonly word = randomBytes(18).toString('base64url')
  private readonly admin: Client

  /**
   * @param login a name that no other command has.
   * @param real whom it stands for in a cluster of its own; null on the server of the real role: it is made with the login, and goes with it.
   */
  constructor(admin: Client, real: RealRole | null, login: string) {
    this.admin = admin
    this.ownsCluster = real !== null
    this.owner = real?.name ?? `${login}_owner`
    this.login = login
    // One that is made beside the real one stands for a superuser.
    this.seesAllRows = real?.seesAllRows ?? true
  }

  async make(): Promise<void> {
    const [owner, login] = [quoteIdentifier(this.owner), quoteIdentifier(this.login)]
    if (this.ownsCluster) await this.makeRoles([this.owner])
    else await this.admin.query(`CREATE ROLE ${owner} NOLOGIN`)
    // Other commands have the same owner in that cluster, and PostgreSQL refuses who alters a role at the same time.
    const inTurn = this.ownsCluster ? `SELECT pg_advisory_xact_lock(${oneByOne}); ${takeBackSql(this.owner)};` : ''
    await this.admin.query(
      `${inTurn} ALTER ROLE ${owner} ${this.seesAllRows ? 'BYPASSRLS' : 'NOBYPASSRLS'};
       CREATE ROLE ${login} LOGIN NOINHERIT PASSWORD ${quoteLiteral(this.password)}; GRANT ${owner} TO ${login};
       ALTER ROLE ${login} SET role = ${quoteLiteral(this.owner)}`,
    )
    // What PostgreSQL 15 and later let a superuser hand on: a dump sets it.
    await this.admin
      .query(`GRANT SET ON PARAMETER session_replication_role, lc_messages, log_statement TO ${owner}`)
      .catch(() => {})
  }

  async drop(): Promise<void> {
    await this.admin.query(`DROP ROLE IF EXISTS ${quoteIdentifier(this.login)}`).catch(() => {})
    if (this.ownsCluster) return
    const owner = quoteIdentifier(this.owner)
    await this.admin.query(`DROP OWNED BY ${owner}`).catch(() => {})
    await this.admin.query(`DROP ROLE IF EXISTS ${owner}`).catch(() => {})
  }

  /**
   * Gives the owner the rights of roles that are there, without those of a superuser to the server: they are not inherited,
   * and from PostgreSQL 16 on the owner cannot become one of them.
   */
  async borrowRoles(names: readonly string[]): Promise<void> {
    const { rows } = await this.admin.query<{ name: string; limit: boolean }>(
      `SELECT rolname AS name, current_setting('server_version_num')::int >= 160000 AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication) AS limit
       FROM pg_roles WHERE rolname IN (${['', ...names].map(quoteLiteral).join(', ')})`,
    )
    for (const { name, limit } of rows) {
      const how = limit ? ' WITH INHERIT TRUE, SET FALSE' : ''
      await this.admin.query(`GRANT ${quoteIdentifier(name)} TO ${quoteIdentifier(this.owner)}${how}`).catch(() => {})
    }
  }

  /** Roles without a login, of which the owner is a member; of PostgreSQL's own, those that reach nothing beyond the cluster. */
  async makeRoles(names: readonly string[]): Promise<void> {
    if (!this.ownsCluster)
      return this.borrowRoles(names.filter((name) => !name.startsWith('pg_') || confinedRoles.has(name)))
    for (const name of names) {
      const isPredefined = name.startsWith('pg_')
      if ((isPredefined && !confinedRoles.has(name)) || name === '' || name === this.login) continue
      const role = quoteIdentifier(name)
      // Another command may make it at the same time.
      if (!isPredefined) await this.admin.query(`CREATE ROLE ${role} NOLOGIN`).catch(() => {})
      if (name === this.owner) continue
      const [granted, owner] = [`GRANT ${role} TO`, quoteIdentifier(this.owner)]
      // For a database of that role, an earlier command may have made ours a part of it: no two can be of each other.
      await this.admin.query(`${granted} ${owner}`).catch(async () => {
        await this.admin.query(`REVOKE ${owner} FROM ${role}`).catch(() => {})
        await this.admin.query(`${granted} ${owner}`).catch(() => {})
      })
    }
  }

  /** Tablespaces within the cluster's own folder. */
  async makeTablespaces(names: readonly string[]): Promise<void> {
    if (!this.ownsCluster) return
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

  /** Takes away what extensions bring to reach other servers. @param database as the superuser enters it, prepared. */
  async unplug(database: Server): Promise<void> {
    await withConnection(connect(database, 'nself'), null, (client) => client.query(this.elevate('SELECT 1')))
  }

  /** A statement that has a superuser run this one, on as many lines. */
  elevate(sql: string): string {
    return `${this.before}${sql}${this.quote})`
  }

  /** What `elevate` was given; the same for any other statement. */
  original(sql: string): string {
    return sql.startsWith(this.before) ? sql.slice(this.before.length, -this.quote.length - 1) : sql
  }

  private get quote(): string {
    return `$nself_${this.word.replace(/[^A-Za-z0-9]/g, '')}$`
  }

  private get before(): string {
    return `SELECT pg_catalog.nself_elevated(${quoteLiteral(this.word)}, ${this.quote}`
  }
}

/**
 * Takes from an owner what commands before gave it, so that no replay passes by the rights of another; what a command that
 * still runs needs stays.
 */
function takeBackSql(owner: string): string {
  const role = `${quoteLiteral(quoteIdentifier(owner))}::regrole`
  return `DO $$ DECLARE given regrole; BEGIN
    IF NOT EXISTS (SELECT FROM pg_auth_members JOIN pg_roles r ON r.oid = member
                   WHERE roleid = ${role} AND rolname ^@ '${scratchPrefix}') THEN
      FOR given IN SELECT roleid FROM pg_auth_members WHERE member = ${role} LOOP
        EXECUTE format('REVOKE %s FROM %s', given, ${role});
      END LOOP;
    END IF;
  END $$`
}

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
