import { fingerprintSql } from '../catalog/fingerprint.ts'
import { plainTextSql } from '../catalog/read.ts'
import { rightsFingerprintSql } from '../catalog/rights-fingerprint.ts'
import type { Client } from '../driver/pg.ts'

const rightsKey = 'rights'

/**
 * SQL that stores what the schema is after a run with its last migration, so that it can be told later since when it is
 * another. It may fail without harm: a table of an older release has no room for it.
 * @param withRights also who owns what and may do what with it, which is asked for before production is changed.
 */
export function storeFingerprintSql(version: string, withRights: boolean): string {
  const limits = "SET LOCAL synchronous_commit = off; SET LOCAL statement_timeout = '2s'"
  const rights = withRights
    ? `; INSERT INTO nself.metadata VALUES ('${rightsKey}', '${version}:' || (${rightsFingerprintSql}))
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`
    : ''
  return `BEGIN; ${limits}; ${plainTextSql}; UPDATE nself.migrations SET fingerprint = (${fingerprintSql}) WHERE version = ${version}${rights}; COMMIT`
}

/** SQL for the fingerprints that are stored, the latest first, each with its version and position. */
export const fingerprintsSql = `SELECT version::text, position::int, fingerprint FROM nself.migrations
 WHERE fingerprint IS NOT NULL AND state = 'applied' ORDER BY position DESC`

const sinceLastSql = `SELECT version::text, name, (fingerprint = (${fingerprintSql})) IS TRUE AS "sameSchema",
 (SELECT value = version || ':' || (${rightsFingerprintSql}) FROM nself.metadata WHERE key = '${rightsKey}' AND value ^@ (version || ':')) AS "sameRights"
 FROM nself.migrations WHERE state = 'applied' ORDER BY position DESC LIMIT 1`

/** What of a database is still as its last migration left it. */
export interface SinceLast {
  readonly name: string
  /** False too where nothing was stored. */
  readonly sameSchema: boolean
  /** Null where nothing was stored. */
  readonly sameRights: boolean | null
}

/** Null where nothing is applied, or nothing can be told. It leaves no transaction open. */
export async function sinceLastMigration(client: Client): Promise<SinceLast | null> {
  try {
    await client.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = '10s'; ${plainTextSql}`)
    return (await client.query<SinceLast & { version: string }>(sinceLastSql)).rows[0] ?? null
  } catch {
    return null
  } finally {
    await client.query('ROLLBACK')
  }
}
