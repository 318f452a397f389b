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
