import { quoteLiteral } from '../../core/sql/quoting.ts'
import { databaseSize } from '../catalog/all-rows.ts'
import { connectBeside, missingPrivilege } from '../databases/databases.ts'
import { findMissingRoles, superusersOf } from '../databases/roles.ts'
import { namesOf, sessionsStaying } from '../databases/sessions.ts'
import { connect } from '../driver/connect.ts'
import type { Client } from '../driver/pg.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'
import { Asker } from '../probe/asker.ts'
import { freeSpace } from '../probe/free-space.ts'
import type { Likeness } from '../scratch/likeness.ts'

/** Extensions whose functions reach other servers, or that act by themselves. */
const reaching = ['dblink', 'http', 'pg_net', 'pg_background', 'aws_s3', 'aws_lambda', 'plsh']
const reachesSql = `SELECT EXISTS (SELECT FROM pg_foreign_data_wrapper WHERE fdwhandler <> 0)
  OR EXISTS (SELECT FROM pg_extension WHERE extname IN (${reaching.map(quoteLiteral).join(', ')})) AS reaches`

/** What keeps a database from being copied as a template. */
export interface Hindrance {
  readonly reason: string
  /** No other copy can be made on its server either. */
  readonly staysApart: boolean
  /** Others are connected to it, and nothing else keeps it from being copied. */
  readonly isInUse?: boolean
}

/** The roles of migrations. */
export interface NamedRoles {
  /** All that they name. */
  readonly roles: readonly string[]
  /** Those as which they run. */
  readonly runAs: readonly string[]
}

const because = (reason: string): Hindrance => ({ reason, staysApart: false })

/**
 * Why a database cannot be copied on its own server as a template, so that what runs on the copy reaches nothing else; null
 * where it can be.
 */
export async function whyNoTemplate(
  server: Server,
  { rights }: Likeness,
  { roles, runAs }: NamedRoles,
  signal: AbortSignal,
): Promise<Hindrance | null> {
  if (rights.any && !rights.superuser) return because('its role may do more to the server than a rehearsal should')
  const found = await withConnection(connect(server, 'nself'), signal, async (client) => {
    const { rows } = await client.query<{ reaches: boolean }>(reachesSql)
    const superusers = await superusersOf(client, runAs)
    return { reaches: rows[0]?.reaches === true, superusers, ...(await findMissingRoles(client, roles)) }
  })
  // A superuser's copy is unplugged; nobody else may do that.
  if (found.reaches && !rights.superuser)
    return { reason: 'it has extensions that reach other servers', staysApart: true }
  if (found.missing.length > 0) return because(`migrations name the role ${found.missing[0]}, which is not there`)
  // On the copy nobody may become one.
  if (found.superusers.length > 0) return because(`migrations run as ${found.superusers[0]}, which is a superuser`)
  return withConnection(connectBeside(server, 'nself'), signal, async (client) => {
    const reason = await missingPrivilege(client, server.database)
    if (reason !== null) return because(reason)
    const sessions = await sessionsStaying(client, server.database)
    if (sessions.length === 0) return null
    return { ...because(`others are connected to it: ${namesOf(sessions)}`), isInUse: true }
  })
}

/** A table of which a copy has no rows. */
export interface TableSize {
  readonly table: string
  /** An estimate; null where nobody knows. */
  readonly rows: number | null
  /** With its indexes. */
  readonly bytes: number
}

/** How large tables are, by the server's statistics. */
export async function tableSizes(client: Client): Promise<TableSize[]> {
  const { rows } = await client.query<{ table: string; rows: number | null; bytes: string }>(
    `SELECT CASE n.nspname WHEN 'public' THEN quote_ident(relname) ELSE format('%I.%I', nspname, relname) END AS table,
      NULLIF(reltuples, -1)::float8 AS rows, pg_total_relation_size(c.oid)::text AS bytes
     FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'm', 'p') AND nspname NOT IN ('nself', 'information_schema') AND nspname !~ '^pg_'`,
  )
  return rows.map((row) => ({ ...row, bytes: Number(row.bytes) }))
}

/** What a copy of a database needs, and what its server has free; null where one of them is not known. */
export async function lackOfRoom(
  from: Server,
  to: Server,
  signal: AbortSignal,
): Promise<{ readonly needed: number; readonly free: number } | null> {
  const needed = await withConnection(connect(from, 'nself'), signal, databaseSize)
  if (needed === null) return null
  const free = await withConnection(connect(to, 'nself'), signal, (client, { place }) =>
    freeSpace(new Asker(client, { each: 5000, whole: null, now: () => performance.now() }), place),
  )
  return free === null || free >= needed ? null : { needed, free }
}

/** Plans on a copy that was restored are otherwise those of tables that nobody knows. */
export async function gatherStatistics(copy: Server, signal: AbortSignal): Promise<void> {
  await withConnection(connect(copy, 'nself'), signal, (client) => client.query('ANALYZE'))
}
