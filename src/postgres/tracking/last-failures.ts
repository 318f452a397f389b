import type { Direction } from '../../core/migration/marker.ts'
import type { MigrationName } from '../../core/migration/migration.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import type { Client } from '../driver/pg.ts'
import type { History } from './history.ts'

/** What PostgreSQL said when each of these failed last, in its direction, by name; none where the journal is gone. */
export async function readLastFailures(
  client: Client,
  { facts }: History,
  migrations: readonly (MigrationName & { readonly direction: Direction })[],
): Promise<Map<string, string>> {
  if (migrations.length === 0 || facts.unjournaled) return new Map()
  const wanted = migrations.map(({ name, direction }) => `(${quoteLiteral(name)}, '${direction}')`).join(', ')
  const { rows } = await client.query<{ name: string; detail: string }>(
    `SELECT DISTINCT ON (name) name, detail FROM nself.journal
     WHERE outcome = 'failed' AND detail IS NOT NULL AND (name, action) IN (${wanted}) ORDER BY name, id DESC`,
  )
  return new Map(rows.map(({ name, detail }) => [name, detail]))
}
