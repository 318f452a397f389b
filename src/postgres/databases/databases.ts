import { createHash } from 'node:crypto'
import { certain } from '../../core/certain.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import { systemCodeOf } from '../../core/system-error.ts'
import { type Connection, connect } from '../driver/connect.ts'
import type { Client } from '../driver/pg.ts'
import type { Server } from '../driver/server.ts'

/**
 * The connection limit of databases that we made and that serve nobody yet: large enough to mean none, and odd
 * enough to tell them from a user's. It is theirs from CREATE DATABASE on.
 */
export const ourConnectionLimit = 474_382

/** PostgreSQL's names have up to 63 bytes; it cuts longer ones off without a word. */
const longest = 63

/** Room for what is added to a name, so that it is cut off alike for each. */
const longestEnding = '_restore_20260122_143000_99'.length

/** The first free name like `shop_before_20260122_143000`. */
export async function freeName(client: Client, database: string, what: string, stamp: string): Promise<string> {
  const short = shortened(database, longestEnding)
  for (let count = 1; ; count++) {
    const name = `${short}_${what}_${stamp}${count === 1 ? '' : `_${count}`}`
    if (!(await databaseExists(client, name))) return name
  }
}

/** What the names of the databases begin with that we made of this one. */
export const keptPrefix = (database: string): string => `${shortened(database, longestEnding)}_`

/** A name that leaves room for an ending. Of one that is cut off a hash tells it from others that begin like it. */
function shortened(name: string, room: number): string {
  if (Buffer.byteLength(name) <= longest - room) return name
  const mark = `_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`
  let short = name
  while (Buffer.byteLength(short) > longest - room - mark.length) short = short.slice(0, -1)
  return short + mark
}

/** Whether the server has a database of this name. */
export async function databaseExists(client: Client, name: string): Promise<boolean> {
  return (await client.query(`SELECT FROM pg_database WHERE datname = ${quoteLiteral(name)}`)).rowCount === 1
}

/**
 * A connection to another database of the same server, from which one can be renamed, copied or dropped.
 * @throws NselfError `connection`.
 */
export async function connectBeside(server: Server, applicationName: string): Promise<Connection> {
  const places = ['postgres', 'template1'].filter((name) => name !== server.database)
  let last: unknown
  for (const database of places) {
    try {
      const connection = await connect({ ...server, database }, applicationName)
      // What a client that was killed began must not go on without it; older servers cannot.
      await connection.client.query("SET client_connection_check_interval = '1s'").catch(() => {})
      return connection
    } catch (error) {
      last = error
    }
  }
  throw last
}

/** Drops a database of ours unless somebody uses it; true when it is gone. */
export async function dropIfOurs(client: Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ mine: boolean }>(
    `SELECT datconnlimit = ${ourConnectionLimit} AS mine FROM pg_database WHERE datname = ${quoteLiteral(name)}`,
  )
  if (rows[0] === undefined) return true
  if (!rows[0].mine) return false
  return client.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`).then(
    () => true,
    () => false,
  )
}

/**
 * Ends the sessions of commands that were killed and whose CREATE DATABASE the server has not given up yet: it would
 * come to light after we have looked. Only where no command that lives can be making one of such a name.
 * @param named the name quoted, or the beginning of it.
 */
export async function endCreations(client: Client, named: string): Promise<void> {
  await client.query(
    `SELECT pg_terminate_backend(pid, ${creationEndsIn}) FROM pg_stat_activity
     WHERE state = 'active' AND query ^@ ${quoteLiteral(`CREATE DATABASE ${named}`)}
     AND pid <> pg_backend_pid() AND pg_has_role(usesysid, 'MEMBER')`,
  )
}

const creationEndsIn = 5000

/** Whether a CREATE DATABASE failed because another made one of this name at the same time, or just before. */
export function isNameTaken(error: unknown): boolean {
  return ['42P04', '23505'].includes(systemCodeOf(error) ?? '')
}

/** Drops the database of a restore, ending first what still works there for it. */
export async function dropRestore(client: Client, name: string): Promise<boolean> {
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity a JOIN pg_database d ON d.oid = datid
     WHERE d.datname = ${quoteLiteral(name)} AND datconnlimit = ${ourConnectionLimit} AND application_name = '${restoreApplication}'
     AND pg_has_role(usesysid, 'MEMBER')`,
  )
  return dropIfOurs(client, name)
}

const claimKey = (name: string) => `hashtextextended(${name}, ${ourConnectionLimit})`

/**
 * Says for as long as the connection lasts that somebody who lives makes a database of this name, or databases whose
 * names begin so; waits for another who does. A restore gives the lock of the old one back before the new one has taken
 * its place.
 */
export async function claim(client: Client, name: string): Promise<void> {
  await client.query(`SELECT pg_advisory_lock(${claimKey(quoteLiteral(name))})`)
}

/** SQL that is true while somebody lives who claims this name, told as SQL too. */
export const isClaimed = (name: string): string =>
  `EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND ((classid::bigint << 32) | objid::bigint) = ${claimKey(name)})`

/** The name under which a restore connects, pg_restore too, which can outlive it. */
export const restoreApplication = 'nself restore'

/**
 * Databases that restores of this one left half-made and that nobody else uses. Under its lock only: no other restore can
 * be making one then. From any database of the server.
 */
export async function abandonedRestores(client: Client, database: string): Promise<string[]> {
  const prefix = `${shortened(database, longestEnding)}_restore_`
  await endCreations(client, quoteIdentifier(prefix).slice(0, -1))
  const { rows } = await client.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database d WHERE datconnlimit = ${ourConnectionLimit} AND datname ^@ ${quoteLiteral(prefix)}
     AND substr(datname, ${[...prefix].length + 1}) ~ '^\\d{8}_\\d{6}(_\\d+)?$'
     AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid AND backend_type = 'client backend'
      AND application_name <> '${restoreApplication}')
     AND NOT ${isClaimed('datname::text')}`,
  )
  return rows.map((row) => row.name)
}

/** What the role may not do, if it may not put another database in this one's place; null when it may. */
export async function missingPrivilege(client: Client, database: string): Promise<string | null> {
  type Row = { who: string; creates: boolean; owns: boolean; space: string; places: boolean }
  const { rows } = await client.query<Row>(
    `SELECT current_user AS who, rolcreatedb OR rolsuper AS creates, pg_has_role(datdba, 'MEMBER') AS owns, spcname AS space,
     spcname = 'pg_default' OR has_tablespace_privilege(t.oid, 'CREATE') AS places
     FROM pg_roles, pg_database d JOIN pg_tablespace t ON t.oid = dattablespace
     WHERE rolname = current_user AND datname = ${quoteLiteral(database)}`,
  )
  const { who, creates, owns, space, places } = certain(rows[0])
  if (!creates) return `the role ${who} may not create databases`
  if (!owns) return `the role ${who} does not own the database ${database}`
  return places ? null : `the role ${who} may not create in the tablespace ${space}`
}

/** Whether the server refused because a database is gone: a template, for one, that another command has dropped since. */
export const isGone = (error: unknown): boolean => systemCodeOf(error) === '3D000'

/** Whether somebody is connected to a database that was to be copied or dropped; PostgreSQL waits five seconds for them. */
export const isInUse = (error: unknown): boolean => systemCodeOf(error) === '55006'
