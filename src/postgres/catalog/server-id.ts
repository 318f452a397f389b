import type { Client } from '../driver/pg.ts'

/** What tells a cluster from all others but its own copies; null where the role may not ask. It fails no transaction. */
export async function readServerId(client: Client): Promise<string | null> {
  const may = await client.query<{ may: boolean }>(
    "SELECT has_function_privilege('pg_control_system()', 'EXECUTE') AS may",
  )
  if (may.rows[0]?.may !== true) return null
  const { rows } = await client.query<{ id: string }>('SELECT system_identifier::text AS id FROM pg_control_system()')
  return rows[0]?.id ?? null
}
