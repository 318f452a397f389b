import type { MigrationName } from '../../core/migration/migration.ts'
import type { Client } from '../driver/pg.ts'
import { isRow } from './records.ts'

/** The DOWN that was stored with an applied migration. */
export async function readStoredDown(client: Client, of: MigrationName): Promise<string | null> {
  const result = await client.query<{ down_sql: string | null }>(
    `SELECT down_sql FROM nself.migrations WHERE ${isRow(of)}`,
  )
  return result.rows[0]?.down_sql ?? null
}
