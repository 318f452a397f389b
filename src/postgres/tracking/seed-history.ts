import type { Environment } from '../../core/environment.ts'
import type { Seed, Seeded } from '../../core/migration/seed.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { type Client, queryArrays } from '../driver/pg.ts'

/** With the other files of this folder the only one that names the tracking tables. */
export const seedTableSql = `CREATE TABLE IF NOT EXISTS nself.seeds (
  name text PRIMARY KEY,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  duration_ms integer NOT NULL DEFAULT 0,
  applied_by text NOT NULL DEFAULT session_user,
  environment text NOT NULL
)`

type Row = [name: string, checksum: string, appliedAt: string, durationMs: number]

/** What the database has had, or null where nothing was ever seeded. */
export async function readSeeded(client: Client): Promise<Seeded[] | null> {
  const [found] = await queryArrays<[boolean]>(client, "SELECT to_regclass('nself.seeds') IS NOT NULL")
  if (!found?.[0]) return null
  const rows = await queryArrays<Row>(
    client,
    `SELECT name, checksum, to_json(applied_at) #>> '{}', duration_ms FROM nself.seeds ORDER BY name`,
  )
  return rows.map(([name, checksum, appliedAt, durationMs]) => ({ name, checksum, appliedAt, durationMs }))
}

/** SQL for the row of a seed that is done, to run in the seed's own transaction. */
export function recordSeedSql({ name, file }: Seed, environment: Environment): string {
  const ms = 'GREATEST(0, extract(epoch FROM clock_timestamp() - now()) * 1000)::int'
  return `INSERT INTO nself.seeds (name, checksum, duration_ms, environment)
 VALUES (${quoteLiteral(name)}, '${file.checksum}', ${ms}, '${environment}') ON CONFLICT (name) DO UPDATE
 SET checksum = EXCLUDED.checksum, applied_at = EXCLUDED.applied_at, duration_ms = EXCLUDED.duration_ms,
  applied_by = EXCLUDED.applied_by, environment = EXCLUDED.environment`
}

/** SQL that forgets all seeds, for `fresh`: their data are dropped. */
export const forgetSeedsSql = `${seedTableSql}; DELETE FROM nself.seeds`

/** Forgets the seeds of which a table is not there any more. @returns their names. */
export async function forgetSeeds(
  client: Client,
  targets: readonly { readonly name: string; readonly table: string }[],
): Promise<string[]> {
  if (targets.length === 0) return []
  const rows = targets.map(({ name, table }) => `(${quoteLiteral(name)}, ${quoteLiteral(table)})`).join(', ')
  const gone = await queryArrays<[string]>(
    client,
    `DELETE FROM nself.seeds WHERE name IN (SELECT t.seed FROM (VALUES ${rows}) AS t (seed, relation)
     WHERE to_regclass(t.relation) IS NULL) RETURNING name`,
  )
  return gone.map(([name]) => name).sort()
}
