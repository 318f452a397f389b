import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import { messageOf, systemCodeOf } from '../../core/system-error.ts'
import type { Client } from '../driver/pg.ts'
import { keptPrefix } from './databases.ts'
import { namesOf, sessionsOn } from './sessions.ts'

/** A database that was kept: when another one took its name, or as a copy of what a local command was about to take away. */
export interface KeptDatabase {
  readonly name: string
  /** The command that made a copy first; null for one whose name another took. */
  readonly copiedBefore: string | null
  /** The database that it was. */
  readonly of: string
  /** When it was put aside; ISO 8601. */
  readonly keptAt: string
  /** In bytes; null where the role may not ask. */
  readonly size: number | null
}

/** Those of one database, the newest first. From any database of the server. */
export async function keptDatabases(client: Client, database: string): Promise<KeptDatabase[]> {
  const prefix = keptPrefix(database)
  const rest = `substr(datname, ${[...prefix].length + 1})`
  const { rows } = await client.query<{ name: string; rest: string; comment: string | null; size: string | null }>(
    `SELECT datname AS name, ${rest} AS rest, shobj_description(oid, 'pg_database') AS comment,
      CASE WHEN has_database_privilege(oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE') THEN pg_database_size(oid)::text END AS size
     FROM pg_database WHERE datname ^@ ${quoteLiteral(prefix)} AND ${rest} ~ '^(before|undo)_\\d{8}_\\d{6}(_\\d+)?$' ORDER BY substr(${rest}, strpos(${rest}, '_')) DESC`,
  )
  return rows.map(({ name, rest, comment, size }) => ({
    name,
    copiedBefore: rest.startsWith('undo') ? (comment ?? 'nself') : null,
    of: database,
    keptAt: rest.replace(/^[a-z]+_(....)(..)(..)_(..)(..)(..).*$/, '$1-$2-$3T$4:$5:$6.000Z'),
    size: size === null ? null : Number(size),
  }))
}

/** Drops one; resolves to why it is still there, or null once it is gone. */
export async function dropKept(client: Client, name: string): Promise<string | null> {
  try {
    await client.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`)
    return null
  } catch (error) {
    const sessions = systemCodeOf(error) === '55006' ? await sessionsOn(client, name) : []
    return sessions.length === 0 ? messageOf(error) : `others are connected to it: ${namesOf(sessions)}`
  }
}
