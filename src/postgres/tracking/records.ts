import { type ProofOf, rowProof } from '../../core/check/proof-lines.ts'
import type { Environment } from '../../core/environment.ts'
import { seenChecksumOf } from '../../core/migration/checksum.ts'
import type { Migration, MigrationName } from '../../core/migration/migration.ts'
import { storedDown } from '../../core/migration/stored-down.ts'
import type { MigrationStep, RenamedMigration } from '../../core/plan/plan.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { journaled, journalSql } from './journal-entry.ts'
import { droppingKey } from './metadata.ts'
import { repeatableTableSql } from './schema.ts'
import { forgetSeedsSql } from './seed-history.ts'

// What is written into the tracking tables in the transaction of a migration, or of what changes them as a whole.

/** The condition that finds the row of a migration. By its name too: a number may have passed to another one. */
export const isRow = ({ version, name }: MigrationName) => `version = ${version} AND name = ${quoteLiteral(name)}`

/** Where what is applied comes from, and whereto it goes. */
export interface Origin {
  readonly environment: Environment
  /** Of git, or the commit where there is none. */
  readonly branch?: string | null
  /** What was proven of a file before. */
  readonly proofOf?: ProofOf
}

/** What is stored with a step besides itself. */
export interface StoredWith {
  /** Of `up`, where it has one. */
  readonly downSql: string | null
  /** What was filled in, `***` for secrets; null where nothing was. */
  readonly values: Readonly<Record<string, string>> | null
}

/** What was filled in, as SQL. */
export function valuesSql({ values }: Pick<StoredWith, 'values'>): string {
  return quoteLiteral(values === null ? null : JSON.stringify(values))
}

/**
 * SQL for the row of a step that is done, to run in the step's own transaction. It fails where the table takes no row,
 * as a trigger of somebody else's can see to: the migration would run again.
 */
export function recordSql(step: MigrationStep, origin: Origin, stored: StoredWith): string {
  const { environment, branch = null } = origin
  const ms = 'GREATEST(0, extract(epoch FROM clock_timestamp() - now()) * 1000)::int'
  return changeSql(
    step,
    environment,
    step.direction === 'down'
      ? `DELETE FROM nself.migrations WHERE ${isRow(step)} RETURNING 1`
      : `INSERT INTO nself.migrations (version, name, checksum, seen_checksum, duration_ms, environment, branch, down_sql, variables, phase, proof)
 VALUES (${step.version}, ${quoteLiteral(step.name)}, ${checksumsOf(step)}, ${ms}, '${environment}', ${quoteLiteral(branch)}, ${quoteLiteral(stored.downSql)}, ${valuesSql(stored)}, ${phaseOf(step)}, ${proofSql(step, origin)}) RETURNING 1`,
  )
}

/** What the file says of the release, as SQL. */
export const phaseOf = ({ file }: MigrationStep): string => quoteLiteral(file?.phase ?? null)

/** What was proven of the file, as SQL. */
export function proofSql({ file }: MigrationStep, { proofOf }: Origin): string {
  const proof = file === null ? null : (proofOf?.(file) ?? null)
  return quoteLiteral(file === null || proof === null ? null : rowProof(file, proof))
}

/** Both checksums of a file, as SQL: of its text, and of what the server sees of it. */
export function checksumsOf({ file }: MigrationStep): string {
  return `'${file?.checksum}', ${quoteLiteral(file === null ? null : seenChecksumOf(file.up))}`
}

/** A change of one row, and the line of the journal that says that it was made: without a row there is no outcome, which the journal refuses. */
export function changeSql(step: MigrationStep, environment: Environment, change: string): string {
  const outcome = "CASE WHEN EXISTS (SELECT FROM changed) THEN 'done' END"
  const taken = step.takes === undefined ? '' : `taken AS (${forgetRepeatablesSql(step.takes)}), `
  return `WITH ${taken}changed AS (${change}) ${journaled(step.direction, step, outcome, environment, null)}`
}

const forgetRepeatablesSql = (names: readonly string[]) =>
  `DELETE FROM nself.repeatables WHERE name IN (${names.map(quoteLiteral).join(', ')})`

/** Whether the tracking tables refused a step because they took no row for it. */
export function isSwallowed({ code, schema, column }: { code?: string; schema?: string; column?: string }): boolean {
  return code === '23502' && schema === 'nself' && column === 'outcome'
}

/** SQL that fails, with a division by zero, unless a step is recorded as done. */
export function assertRecordedSql(step: MigrationStep): string {
  const rows = `SELECT count(*) FROM nself.migrations WHERE ${isRow(step)} AND state = 'applied'`
  return `SELECT 1 / ${step.direction === 'up' ? `(${rows})` : `(1 - (${rows}))`}`
}

/** SQL that leaves a note in the session which outlives the transaction only if that is committed. */
export function noteSql({ direction, version }: MigrationStep): string {
  return `SET nself.done = '${direction} ${version}'`
}

/** As assertRecordedSql, by that note: several times faster, but it is gone with the next RESET ALL. */
export function assertNotedSql({ direction, version }: MigrationStep): string {
  return `SELECT 1 / (pg_catalog.current_setting('nself.done', true) IS NOT DISTINCT FROM '${direction} ${version}')::int`
}

/** SQL that stores the DOWN of a file with its row, where it is the one that was applied. Of another DOWN nothing was proven. */
export function storeDownSql(file: Migration): string {
  const down = quoteLiteral(storedDown(file))
  const proof = `CASE WHEN down_sql IS NOT DISTINCT FROM ${down} THEN proof END`
  return `UPDATE nself.migrations SET down_sql = ${down}, proof = ${proof}, seen_checksum = ${quoteLiteral(seenChecksumOf(file.up))} WHERE ${isRow(file)} AND checksum = '${file.checksum}'`
}

/** SQL that gives the rows of renamed files the names that these have now. */
export function renameSql(renames: readonly RenamedMigration[]): string {
  const values = renames.map(({ version, from, to }) => `(${version}, ${quoteLiteral(from)}, ${quoteLiteral(to)})`)
  return `UPDATE nself.migrations SET name = b.name FROM (VALUES ${values.join(', ')}) AS b (version, before, name)
 WHERE migrations.version = b.version AND migrations.name = b.before`
}

/** SQL that marks a database with a stricter environment than the one it was marked with. */
export function raiseMarkSql(environment: Environment): string {
  return `INSERT INTO nself.metadata VALUES ('environment', '${environment}') ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value; ${journalSql('mark-environment', null, 'done', environment, environment)}`
}

/** SQL that forgets all migrations and seeds, for `fresh`, and marks the database as one that is being dropped; the journal remembers. */
export function forgetAllSql(environment: Environment): string {
  const mark = `INSERT INTO nself.metadata VALUES ('${droppingKey}', 'everything') ON CONFLICT DO NOTHING`
  return `DELETE FROM nself.migrations; ${repeatableTableSql}; DELETE FROM nself.repeatables; ${forgetSeedsSql}; ${mark}; ${journalSql('fresh', null, 'begun', environment)}`
}

/** SQL that takes that mark away. */
export const allDroppedSql = `DELETE FROM nself.metadata WHERE key = '${droppingKey}'`

/** SQL that marks a restored database with the environment it now serves, and journals where it came from. */
export function restoredSql(environment: Environment, backup: string): string {
  const mark = `INSERT INTO nself.metadata VALUES ('environment', '${environment}') ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value WHERE metadata.value <> EXCLUDED.value`
  return `WITH mark AS (${mark}) ${journalSql('restore', null, 'done', environment, backup)}`
}

/** SQL that drops the tracking tables, for a restore that brings its own. */
export const dropTrackingSql = 'DROP SCHEMA IF EXISTS nself CASCADE'
