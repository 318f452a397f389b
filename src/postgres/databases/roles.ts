import { quoteLiteral } from '../../core/sql/quoting.ts'
import type { Client } from '../driver/pg.ts'

export interface MissingRoles {
  readonly missing: readonly string[]
  /** Whether the role that is connected may make them. */
  readonly mayCreate: boolean
}

/** Which of these roles the server does not have. @throws what the server throws. */
export async function findMissingRoles(client: Client, roles: readonly string[]): Promise<MissingRoles> {
  const { rows } = await client.query<{ missing: string[] | null; creates: boolean }>(
    `SELECT (SELECT array_agg(name ORDER BY name) FROM unnest(ARRAY[${roles.map(quoteLiteral).join(', ')}]::text[]) AS name
       WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)) AS missing,
     (SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user) AS creates`,
  )
  return { missing: rows[0]?.missing ?? [], mayCreate: rows[0]?.creates === true }
}

/** Roles that own something in the database that one is connected to; PostgreSQL's own are none of them. */
export async function ownersIn(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`SELECT DISTINCT rolname AS name FROM pg_roles r
    WHERE NOT rolname ^@ 'pg_' AND (oid = (SELECT datdba FROM pg_database WHERE datname = current_database())
    OR EXISTS (SELECT FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid AND d.deptype = 'o'
     AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()))
    OR EXISTS (SELECT FROM pg_class WHERE relowner = r.oid AND oid >= 16384)) ORDER BY 1`)
  return rows.map(({ name }) => name)
}

/** Which of these roles are superusers. */
export async function superusersOf(client: Client, roles: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT rolname AS name FROM pg_roles WHERE rolsuper AND rolname IN (${['', ...roles].map(quoteLiteral).join(', ')}) ORDER BY 1`,
  )
  return rows.map(({ name }) => name)
}
