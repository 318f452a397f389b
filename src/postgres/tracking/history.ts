import type { Effect } from '../../core/effect.ts'
import type { Environment } from '../../core/environment.ts'
import { parseEnvironment } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import type { Applied, Migration } from '../../core/migration/migration.ts'
import type { Step } from '../../core/migration/plan.ts'
import { storedDown } from '../../core/migration/stored-down.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { fingerprintSql } from '../catalog/fingerprint.ts'
import { plainTextSql } from '../catalog/read.ts'
import { engineColumns, refuseOtherEngine, refuseUnknownEngine } from '../driver/engine.ts'
import type { Client } from '../driver/pg.ts'
import { formatKey, formatOf } from './schema.ts'
import { forgetSeedsSql } from './seed-history.ts'

// With the other files of this folder the only one that names the tracking tables.

/** What the database says of itself. */
interface Facts {
  readonly tracked: boolean
  /** The table of migrations is gone, but not the journal: somebody dropped it. */
  readonly lost: boolean
  readonly markedAs: Environment | null
  /** The number of the format in which the history is written; the first had none. */
  readonly format: number
  /** A fresh run began to drop everything, and has not ended that. */
  readonly halfDropped: boolean
  readonly readOnly: boolean
  readonly version: number
  readonly user: string
  readonly pid: number
  /** How Citus modifies its shards in this session; null where there is no Citus. */
  readonly citusMode: string | null
}

export interface History {
  readonly facts: Facts
  readonly rows: Applied[]
}

type FactsRow = [
  tracked: boolean,
  readOnly: boolean,
  version: number,
  user: string,
  pid: number,
  journaled: boolean,
  citusMode: string | null,
  versionText: string,
  hasDsqlViews: boolean,
]

const factsSql = `SELECT to_regclass('nself.migrations') IS NOT NULL,
  pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on',
  current_setting('server_version_num')::int, current_user, pg_backend_pid(), to_regclass('nself.journal') IS NOT NULL,
  current_setting('citus.multi_shard_modify_mode', true), ${engineColumns}`
/** As one value: thousands of rows are read several times faster so than row by row. */
const rowsSql = `SELECT json_agg(json_build_array(version::text, name, checksum, state, position, applied_at::text, duration_ms,
  applied_by, down_sql IS NOT NULL, CASE WHEN octet_length(down_sql) < 2000 THEN down_sql END, statements_done,
  statement_begun, done_checksum) ORDER BY position) FROM nself.migrations`
const metadataSql = 'SELECT key, value FROM nself.metadata'

/**
 * The whole history in one round trip. Where nothing was ever tracked it is empty.
 * @throws NselfError `configuration` when the role may not read it, or a newer program wrote it.
 */
export async function readHistory(client: Client): Promise<History> {
  const array = (text: string) => client.query<unknown[]>({ text, rowMode: 'array' })
  const [facts, rows, metadata] = await Promise.allSettled([array(factsSql), array(rowsSql), array(metadataSql)])
  if (facts.status === 'rejected') {
    await refuseUnknownEngine(client)
    throw unreadable(facts.reason)
  }
  const [tracked, readOnly, version, user, pid, journaled, citusMode, versionText, hasDsqlViews] = facts.value
    .rows[0] as FactsRow
  await refuseOtherEngine(client, versionText, hasDsqlViews)
  // What cannot be read must not be taken for a database without a mark.
  if (metadata.status === 'rejected' && metadata.reason.code !== '42P01') throw unreadable(metadata.reason)
  const known = new Map(metadata.status === 'fulfilled' ? (metadata.value.rows as [string, string][]) : [])
  // First: of a newer format the rows may not be readable.
  const format = formatOf(known.get(formatKey))
  if (tracked && rows.status === 'rejected') throw unreadable(rows.reason)
  const marked = known.get('environment')
  const markedAs = marked === undefined ? null : parseEnvironment(marked)
  const halfDropped = known.has(droppingKey)
  return {
    facts: {
      tracked,
      lost: journaled && !tracked,
      markedAs,
      format,
      halfDropped,
      readOnly,
      version,
      user,
      pid,
      citusMode,
    },
    rows: rows.status === 'fulfilled' ? ((rows.value.rows[0]?.[0] ?? []) as AppliedRow[]).map(appliedOf) : [],
  }
}

function unreadable(error: Error & { code?: string }): Error {
  if (error.code !== '42501') return error
  return new NselfError('configuration', `the role may not read the schema nself: ${error.message}`, {
    hint: 'connect as the role that migrates, or GRANT USAGE ON SCHEMA nself and SELECT on its tables',
    cause: error,
  })
}

/** The fields in the order of `rowsSql`. */
type AppliedRow = [
  Applied['version'],
  Applied['name'],
  Applied['checksum'],
  Applied['state'],
  Applied['position'],
  Applied['appliedAt'],
  Applied['durationMs'],
  Applied['appliedBy'],
  Applied['revertible'],
  Applied['shortDown'],
  Applied['statementsDone'],
  Applied['statementBegun'],
  Applied['doneChecksum'],
]

function appliedOf(row: AppliedRow): Applied {
  const [version, name, checksum, state, position, appliedAt, durationMs, appliedBy, revertible, shortDown, ...more] =
    row
  const [statementsDone, statementBegun, doneChecksum] = more
  return {
    version,
    name,
    checksum,
    state,
    position,
    appliedAt,
    durationMs,
    appliedBy,
    revertible,
    shortDown,
    statementsDone,
    statementBegun,
    doneChecksum,
  }
}

/** Whether anything was ever tracked here; never fails, so it may be asked inside a transaction. */
export async function isTracked(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ tracked: boolean }>(
    "SELECT to_regclass('nself.migrations') IS NOT NULL AS tracked",
  )
  return rows[0]?.tracked === true
}

/** SQL for the name of the migration that was applied last; it fails where nothing was ever tracked. */
export const lastAppliedSql = `SELECT name FROM nself.migrations WHERE state = 'applied' ORDER BY position DESC LIMIT 1`

/** SQL that marks a restored database with the environment it now serves, and journals where it came from. */
export function restoredSql(environment: Environment, backup: string): string {
  const mark = `INSERT INTO nself.metadata VALUES ('environment', '${environment}') ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value WHERE metadata.value <> EXCLUDED.value`
  return `WITH mark AS (${mark}) ${journalSql('restore', null, 'done', environment, backup)}`
}

/** SQL that drops the tracking tables, for a restore that brings its own. */
export const dropTrackingSql = 'DROP SCHEMA IF EXISTS nself CASCADE'

/** The DOWN that was stored with an applied migration. */
export async function readStoredDown(client: Client, version: string): Promise<string | null> {
  const result = await client.query<{ down_sql: string | null }>(
    `SELECT down_sql FROM nself.migrations WHERE version = ${version}`,
  )
  return result.rows[0]?.down_sql ?? null
}

/** SQL that fills an empty table of migrations: the last thing that happened to a version since the last fresh tells whether it is applied. */
export function rebuildSql(environment: Environment): string {
  return `INSERT INTO nself.migrations (version, name, checksum, environment, applied_at, applied_by)
 SELECT version, name, checksum, COALESCE(environment, '${environment}'), at, who FROM (
  SELECT DISTINCT ON (version) * FROM nself.journal WHERE outcome = 'done' AND version IS NOT NULL
   AND id > COALESCE((SELECT max(id) FROM nself.journal WHERE action = 'fresh'), 0) ORDER BY version, id DESC) AS last
 WHERE action IN ('up', 'accept', 'mark-applied', 'baseline') ORDER BY id ON CONFLICT (version) DO NOTHING`
}

/** SQL that stores the DOWN of a file with its row, where it is the one that was applied. */
export function storeDownSql(file: Migration): string {
  return `UPDATE nself.migrations SET down_sql = ${quoteLiteral(storedDown(file))} WHERE version = ${file.version} AND checksum = '${file.checksum}'`
}

/** SQL for the row of a step that is done, to run in the step's own transaction. */
export function recordSql(step: Step, environment: Environment, downSql: string | null): string {
  const ms = 'GREATEST(0, extract(epoch FROM clock_timestamp() - now()) * 1000)::int'
  const journal = journalSql(step.direction, step, 'done', environment)
  if (step.direction === 'down') {
    return `WITH gone AS (DELETE FROM nself.migrations WHERE version = ${step.version}) ${journal}`
  }
  const { file } = step
  return `WITH row AS (INSERT INTO nself.migrations (version, name, checksum, duration_ms, environment, down_sql)
 VALUES (${step.version}, ${quoteLiteral(step.name)}, '${file?.checksum}', ${ms}, '${environment}', ${quoteLiteral(downSql)})) ${journal}`
}

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

const droppingKey = 'dropping'

/** SQL that forgets all migrations and seeds, for `fresh`, and marks the database as one that is being dropped; the journal remembers. */
export function forgetAllSql(environment: Environment): string {
  const mark = `INSERT INTO nself.metadata VALUES ('${droppingKey}', 'everything') ON CONFLICT DO NOTHING`
  return `DELETE FROM nself.migrations; DELETE FROM nself.repeatables; ${forgetSeedsSql}; ${mark}; ${journalSql('fresh', null, 'begun', environment)}`
}

/** SQL that takes that mark away. */
export const allDroppedSql = `DELETE FROM nself.metadata WHERE key = '${droppingKey}'`

/** SQL that fails, with a division by zero, unless a step is recorded as done. */
export function assertRecordedSql({ direction, version }: Step): string {
  const rows = `SELECT count(*) FROM nself.migrations WHERE version = ${version} AND state = 'applied'`
  return `SELECT 1 / ${direction === 'up' ? `(${rows})` : `(1 - (${rows}))`}`
}

/** SQL that leaves a note in the session which outlives the transaction only if that is committed. */
export function noteSql({ direction, version }: Step): string {
  return `SET nself.done = '${direction} ${version}'`
}

/** As assertRecordedSql, by that note: several times faster, but it is gone with the next RESET ALL. */
export function assertNotedSql({ direction, version }: Step): string {
  return `SELECT 1 / (pg_catalog.current_setting('nself.done', true) IS NOT DISTINCT FROM '${direction} ${version}')::int`
}

export function journalSql(
  action: string,
  of: { version: string; name: string; file?: { checksum: string } | null } | null,
  outcome: string,
  environment: Environment,
  detail: string | null = null,
  effects: readonly Effect[] | null = null,
): string {
  const checksum = of?.file?.checksum ?? null
  const done = effects ? `, ${quoteLiteral(JSON.stringify(effects))}` : ''
  return `INSERT INTO nself.journal (action, version, name, checksum, outcome, detail, environment${effects ? ', effects' : ''}) VALUES ('${action}', ${of?.version ?? 'NULL'}, ${quoteLiteral(of?.name ?? null)}, ${quoteLiteral(checksum)}, '${outcome}', ${quoteLiteral(detail)}, '${environment}'${done})`
}

/** SQL that opens the row of a migration that runs statement by statement. */
export function beginProgressSql(step: Step, environment: Environment, downSql: string | null): string {
  if (step.direction === 'down') {
    return `UPDATE nself.migrations SET state = 'reverting', statements_done = 0, statement_begun = 0, done_checksum = NULL WHERE version = ${step.version} AND state <> 'reverting'`
  }
  return `INSERT INTO nself.migrations (version, name, checksum, state, environment, down_sql) VALUES (${step.version}, ${quoteLiteral(step.name)}, '${step.file?.checksum}', 'failed', '${environment}', ${quoteLiteral(downSql)})
 ON CONFLICT (version) DO UPDATE SET checksum = EXCLUDED.checksum, down_sql = EXCLUDED.down_sql`
}

export function statementBegunSql(version: string, statement: number): string {
  return `UPDATE nself.migrations SET statement_begun = ${statement} WHERE version = ${version}`
}

export function statementDoneSql(version: string, statement: number, checksum: string): string {
  return `UPDATE nself.migrations SET statements_done = ${statement}, statement_begun = ${statement}, done_checksum = '${checksum}' WHERE version = ${version}`
}

export function endProgressSql(step: Step, environment: Environment): string {
  const journal = journalSql(step.direction, step, 'done', environment)
  const change =
    step.direction === 'down'
      ? `DELETE FROM nself.migrations WHERE version = ${step.version}`
      : `UPDATE nself.migrations SET state = 'applied', applied_at = clock_timestamp(), duration_ms = GREATEST(0, extract(epoch FROM clock_timestamp() - applied_at) * 1000)::int WHERE version = ${step.version}`
  return `WITH row AS (${change}) ${journal}`
}
