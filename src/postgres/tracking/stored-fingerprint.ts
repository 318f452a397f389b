import { fingerprintSql } from '../catalog/fingerprint.ts'
import { plainTextSql } from '../catalog/read.ts'

/**
 * SQL that stores what the schema is after a run with its last migration, so that it can be told later since when it is
 * another. It may fail without harm: a table of an older release has no room for it.
 */
export function storeFingerprintSql(version: string): string {
  const limits = "SET LOCAL synchronous_commit = off; SET LOCAL statement_timeout = '2s'"
  return `BEGIN; ${limits}; ${plainTextSql}; UPDATE nself.migrations SET fingerprint = (${fingerprintSql}) WHERE version = ${version}; COMMIT`
}

/** SQL for the fingerprints that are stored, the latest first, each with its version and position. */
export const fingerprintsSql = `SELECT version::text, position::int, fingerprint FROM nself.migrations
 WHERE fingerprint IS NOT NULL AND state = 'applied' ORDER BY position DESC`
