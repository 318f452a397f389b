import type { Effect } from '../../core/effect.ts'
import type { Environment } from '../../core/environment.ts'
import { parseEnvironment } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import { seenChecksumOf } from '../../core/migration/checksum.ts'
import type { Applied, Migration, Named } from '../../core/migration/migration.ts'
import type { Rename, Step } from '../../core/migration/plan.ts'
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
  /** It has migrations and remembers no environment: it counts as production until it is told. */
  readonly markLost: boolean
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
const columns = `version, name, checksum, state, position, applied_at, duration_ms, applied_by, down_sql, statements_done,
  statement_begun, done_checksum`
/** A column that an older format has not is taken from `absent`. As one value: thousands of rows are read several times faster so than row by row. */
const rowsSql = `SELECT json_agg(json_build_array(version::text, name, checksum, state, position, applied_at::text, duration_ms,
  applied_by, down_sql IS NOT NULL, CASE WHEN octet_length(down_sql) < 2000 THEN down_sql END, statements_done,
  statement_begun, done_checksum, present.seen_checksum) ORDER BY position) FROM (SELECT NULL::text AS seen_checksum) AS absent,
  LATERAL (SELECT ${columns}, seen_checksum FROM nself.migrations) AS present`
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
  const applied = rows.status === 'fulfilled' ? ((rows.value.rows[0]?.[0] ?? []) as AppliedRow[]).map(appliedOf) : []
  const markLost = marked === undefined && applied.length > 0
  const markedAs = marked === undefined ? (markLost ? 'production' : null) : parseEnvironment(marked)
  const halfDropped = known.has(droppingKey)
  return {
    facts: {
      tracked,
      lost: journaled && !tracked,
      markedAs,
      markLost,
      format,
      halfDropped,
      readOnly,
      version,
      user,
      pid,
      citusMode,
    },
    rows: applied,
  }
}

function unreadable(error: Error & { code?: string }): Error {
  // A column, a type or a table that is not as nself made it.
  if (error.code !== '42501' && error.code?.startsWith('42') === true) {
    return new NselfError(
      'configuration',
      `the tables of the schema nself are not as nself made them: ${error.message}`,
      {
        hint: 'to see what is wrong with them, and put it right: nself db migrate repair; nothing was changed',
        cause: error,
      },
    )
  }
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
  Applied['seenChecksum'],
]

function appliedOf(row: AppliedRow): Applied {
  const [version, name, checksum, state, position, appliedAt, durationMs, appliedBy, revertible, shortDown, ...more] =
    row
  const [statementsDone, statementBegun, doneChecksum, seenChecksum] = more
  return {
    version,
    name,
    checksum,
    seenChecksum,
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

export const isRow = ({ version, name }: Named) => `version = ${version} AND name = ${quoteLiteral(name)}`

/** The DOWN that was stored with an applied migration. */
export async function readStoredDown(client: Client, of: Named): Promise<string | null> {
  const result = await client.query<{ down_sql: string | null }>(
    `SELECT down_sql FROM nself.migrations WHERE ${isRow(of)}`,
  )
  return result.rows[0]?.down_sql ?? null
}

/** SQL that stores the DOWN of a file with its row, where it is the one that was applied. */
export function storeDownSql(file: Migration): string {
  return `UPDATE nself.migrations SET down_sql = ${quoteLiteral(storedDown(file))}, seen_checksum = ${quoteLiteral(seenChecksumOf(file.up))} WHERE ${isRow(file)} AND checksum = '${file.checksum}'`
}

/** SQL that gives the rows of renamed files the names that these have now. */
export function renameSql(renames: readonly Rename[]): string {
  const values = renames.map(({ version, from, to }) => `(${version}, ${quoteLiteral(from)}, ${quoteLiteral(to)})`)
  return `UPDATE nself.migrations SET name = b.name FROM (VALUES ${values.join(', ')}) AS b (version, before, name)
 WHERE migrations.version = b.version AND migrations.name = b.before`
}

/**
 * SQL for the row of a step that is done, to run in the step's own transaction. It fails where the table takes no row,
 * as a trigger of somebody else's can see to: the migration would run again.
 */
export function recordSql(step: Step, environment: Environment, downSql: string | null): string {
  const ms = 'GREATEST(0, extract(epoch FROM clock_timestamp() - now()) * 1000)::int'
  return changeSql(
    step,
    environment,
    step.direction === 'down'
      ? `DELETE FROM nself.migrations WHERE ${isRow(step)} RETURNING 1`
      : `INSERT INTO nself.migrations (version, name, checksum, seen_checksum, duration_ms, environment, down_sql)
 VALUES (${step.version}, ${quoteLiteral(step.name)}, ${checksumsOf(step)}, ${ms}, '${environment}', ${quoteLiteral(downSql)}) RETURNING 1`,
  )
}

function checksumsOf({ file }: Step): string {
  return `'${file?.checksum}', ${quoteLiteral(file === null ? null : seenChecksumOf(file.up))}`
}

/** A change of one row, and the line of the journal that says that it was made: without a row there is no outcome, which the journal refuses. */
function changeSql(step: Step, environment: Environment, change: string): string {
  const outcome = "CASE WHEN EXISTS (SELECT FROM changed) THEN 'done' END"
  return `WITH changed AS (${change}) ${journaled(step.direction, step, outcome, environment, null)}`
}

/** Whether the tracking tables refused a step because they took no row for it. */
export function isSwallowed({ code, schema, column }: { code?: string; schema?: string; column?: string }): boolean {
  return code === '23502' && schema === 'nself' && column === 'outcome'
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
export function assertRecordedSql(step: Step): string {
  const rows = `SELECT count(*) FROM nself.migrations WHERE ${isRow(step)} AND state = 'applied'`
  return `SELECT 1 / ${step.direction === 'up' ? `(${rows})` : `(1 - (${rows}))`}`
}

/** SQL that marks a database with a stricter environment than the one it was marked with. */
export function raiseMarkSql(environment: Environment): string {
  return `INSERT INTO nself.metadata VALUES ('environment', '${environment}') ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value; ${journalSql('mark-environment', null, 'done', environment, environment)}`
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
  return journaled(action, of, quoteLiteral(outcome), environment, detail, effects)
}

/** @param outcome SQL. */
function journaled(
  action: string,
  of: { version: string; name: string; file?: { checksum: string } | null } | null,
  outcome: string,
  environment: Environment,
  detail: string | null,
  effects: readonly Effect[] | null = null,
): string {
  const checksum = of?.file?.checksum ?? null
  const done = effects ? `, ${quoteLiteral(JSON.stringify(effects))}` : ''
  return `INSERT INTO nself.journal (action, version, name, checksum, outcome, detail, environment${effects ? ', effects' : ''}) VALUES ('${action}', ${of?.version ?? 'NULL'}, ${quoteLiteral(of?.name ?? null)}, ${quoteLiteral(checksum)}, ${outcome}, ${quoteLiteral(detail)}, '${environment}'${done})`
}

/** SQL that opens the row of a migration that runs statement by statement. It fails, with a division by zero, where there is none then. */
export function beginProgressSql(step: Step, environment: Environment, downSql: string | null): string {
  const begin =
    step.direction === 'down'
      ? `UPDATE nself.migrations SET state = 'reverting', statements_done = 0, statement_begun = 0, done_checksum = NULL WHERE ${isRow(step)} AND state <> 'reverting'`
      : `INSERT INTO nself.migrations (version, name, checksum, seen_checksum, state, environment, down_sql)
 VALUES (${step.version}, ${quoteLiteral(step.name)}, ${checksumsOf(step)}, 'failed', '${environment}', ${quoteLiteral(downSql)})
 ON CONFLICT (version) DO UPDATE SET checksum = EXCLUDED.checksum, seen_checksum = EXCLUDED.seen_checksum, down_sql = EXCLUDED.down_sql
 WHERE migrations.name = EXCLUDED.name`
  return `${begin}; SELECT 1 / (SELECT count(*) FROM nself.migrations WHERE ${isRow(step)} AND state <> 'applied')::int`
}

export function statementBegunSql(of: Named, statement: number): string {
  return `UPDATE nself.migrations SET statement_begun = ${statement} WHERE ${isRow(of)}`
}

export function statementDoneSql(of: Named, statement: number, checksum: string): string {
  return `UPDATE nself.migrations SET statements_done = ${statement}, statement_begun = ${statement}, done_checksum = '${checksum}' WHERE ${isRow(of)}`
}

export function endProgressSql(step: Step, environment: Environment): string {
  return changeSql(
    step,
    environment,
    step.direction === 'down'
      ? `DELETE FROM nself.migrations WHERE ${isRow(step)} RETURNING 1`
      : `UPDATE nself.migrations SET state = 'applied', applied_at = clock_timestamp(), duration_ms = GREATEST(0, extract(epoch FROM clock_timestamp() - applied_at) * 1000)::int WHERE ${isRow(step)} RETURNING 1`,
  )
}
