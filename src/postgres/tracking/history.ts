import { certain } from '../../core/certain.ts'
import type { Environment } from '../../core/environment.ts'
import { parseEnvironment } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import type { Applied } from '../../core/migration/migration.ts'
import { engineColumns, refuseOtherEngine, refuseUnknownEngine } from '../driver/engine.ts'
import { missingRight } from '../driver/missing-right.ts'
import { type Client, queryArrays } from '../driver/pg.ts'
import { droppingKey, formatKey, formatOf } from './metadata.ts'

// With the other files of this folder the only one that names the tracking tables.

/** What the database says of itself. */
interface Facts {
  readonly tracked: boolean
  /** The table of migrations is gone, but not the journal: somebody dropped it. */
  readonly lost: boolean
  /** The journal is gone, but not the table of migrations. */
  readonly unjournaled: boolean
  /** The schema that holds nself's tables where there is none of its name: somebody renamed it. */
  readonly movedTo: string | null
  /** There is no history, but there are tables. */
  readonly hasTables: boolean
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
  hidesRows: boolean,
  movedTo: string | null,
  hasTables: boolean | null,
]

/** A schema that holds what only nself makes. */
export const movedSql = `SELECT nspname::text FROM pg_catalog.pg_class AS m JOIN pg_catalog.pg_namespace AS n ON n.oid = m.relnamespace
  WHERE m.relname = 'migrations' AND nspname <> 'nself' AND obj_description(m.oid, 'pg_class') = 'One row per applied migration'
  AND EXISTS (SELECT FROM pg_catalog.pg_class AS j WHERE j.relnamespace = n.oid AND j.relname = 'journal'
   AND obj_description(j.oid, 'pg_class') = 'Everything that was ever done, append-only') LIMIT 1`
const factsSql = `SELECT to_regclass('nself.migrations') IS NOT NULL,
  pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on',
  current_setting('server_version_num')::int, current_user, pg_backend_pid(), to_regclass('nself.journal') IS NOT NULL,
  current_setting('citus.multi_shard_modify_mode', true), ${engineColumns},
  COALESCE(row_security_active(to_regclass('nself.migrations')::oid), false) OR COALESCE(row_security_active(to_regclass('nself.journal')::oid), false),
  CASE WHEN to_regclass('nself.migrations') IS NULL THEN (${movedSql}) END,
  CASE WHEN to_regclass('nself.migrations') IS NULL THEN EXISTS (SELECT FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p') AND oid >= 16384) END`
const columns = `version, name, checksum, state, position, applied_at, duration_ms, applied_by, down_sql, statements_done,
  statement_begun, done_checksum`
/** A column that an older format has not is taken from `absent`. As one value: thousands of rows are read several times faster so than row by row. */
const rowsSql = `SELECT json_agg(json_build_array(version::text, name, checksum, state, position, applied_at, duration_ms,
  applied_by, down_sql IS NOT NULL, CASE WHEN octet_length(down_sql) < 2000 THEN down_sql END, statements_done,
  statement_begun, done_checksum, present.seen_checksum, present.branch, present.variables) ORDER BY position)
  FROM (SELECT NULL::text AS seen_checksum, NULL::text AS branch, NULL::jsonb AS variables) AS absent,
  LATERAL (SELECT ${columns}, seen_checksum, branch, variables FROM nself.migrations) AS present`
const metadataSql = 'SELECT key, value FROM nself.metadata'

/**
 * The whole history in one round trip. Where nothing was ever tracked it is empty.
 * @throws NselfError `configuration` when the role may not read it, or a newer program wrote it.
 */
export async function readHistory(client: Client): Promise<History> {
  const [facts, rows, metadata] = await Promise.allSettled([
    queryArrays<FactsRow>(client, factsSql),
    queryArrays<[AppliedRow[] | null]>(client, rowsSql),
    queryArrays<[string, string]>(client, metadataSql),
  ])
  if (facts.status === 'rejected') {
    await refuseUnknownEngine(client)
    throw await unreadable(client, facts.reason)
  }
  const [tracked, readOnly, version, user, pid, journaled, citusMode, ...more] = certain(facts.value[0])
  const [versionText, hasDsqlViews, hidesRows, movedTo, hasTables] = more
  await refuseOtherEngine(client, versionText, hasDsqlViews)
  // What cannot be read must not be taken for a database without a mark.
  if (metadata.status === 'rejected' && metadata.reason.code !== '42P01')
    throw await unreadable(client, metadata.reason)
  const known = new Map(metadata.status === 'fulfilled' ? metadata.value : [])
  // First: of a newer format the rows may not be readable.
  const format = formatOf(known.get(formatKey))
  if (hidesRows) throw hidden(user)
  if (tracked && rows.status === 'rejected') throw await unreadable(client, rows.reason)
  const marked = known.get('environment')
  const applied = rows.status === 'fulfilled' ? (rows.value[0]?.[0] ?? []).map(appliedOf) : []
  const markLost = marked === undefined && applied.length > 0
  const markedAs = marked === undefined ? (markLost ? 'production' : null) : parseEnvironment(marked)
  const halfDropped = known.has(droppingKey)
  return {
    facts: {
      tracked,
      lost: journaled && !tracked,
      unjournaled: tracked && !journaled,
      movedTo,
      hasTables: hasTables === true,
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

/** What cannot be seen would run a second time. */
function hidden(user: string): NselfError {
  return new NselfError('refused', `row security hides the history of this database from ${user}`, {
    hint: 'as the role that owns the tables of the schema nself: nself db migrate repair --restore-tables; nothing was changed',
  })
}

async function unreadable(client: Client, error: Error & { code?: string }): Promise<Error> {
  // A column, a type or a table that is not as nself made it.
  if (error.code !== '42501' && error.code?.startsWith('42') === true) {
    return new NselfError(
      'configuration',
      `the tables of the schema nself are not as nself made them: ${error.message}`,
      {
        hint: 'to see what is wrong and fix it: nself db migrate repair; nothing was changed',
        cause: error,
      },
    )
  }
  if (error.code !== '42501') return error
  return new NselfError('configuration', `the role may not read the schema nself: ${error.message}`, {
    hint: (await missingRight(client, error)) ?? 'connect as the role that migrates',
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
  Applied['branch'],
  Applied['variables'],
]

function appliedOf(row: AppliedRow): Applied {
  const [version, name, checksum, state, position, appliedAt, durationMs, appliedBy, revertible, shortDown, ...more] =
    row
  const [statementsDone, statementBegun, doneChecksum, seenChecksum, branch, variables] = more
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
    branch,
    variables,
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
