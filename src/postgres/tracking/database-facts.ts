import { type Environment, parseEnvironment } from '../../core/environment.ts'
import { engineColumns } from '../driver/engine.ts'
import { droppingKey, formatKey, formatOf } from './metadata.ts'

/** What the database says of itself. */
export interface Facts {
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

/** The row that `factsSql` reads. */
export type FactsRow = [
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

export const factsSql = `SELECT to_regclass('nself.migrations') IS NOT NULL,
  pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on',
  current_setting('server_version_num')::int, current_user, pg_backend_pid(), to_regclass('nself.journal') IS NOT NULL,
  current_setting('citus.multi_shard_modify_mode', true), ${engineColumns},
  COALESCE(row_security_active(to_regclass('nself.migrations')::oid), false) OR COALESCE(row_security_active(to_regclass('nself.journal')::oid), false),
  CASE WHEN to_regclass('nself.migrations') IS NULL THEN (${movedSql}) END,
  CASE WHEN to_regclass('nself.migrations') IS NULL THEN EXISTS (SELECT FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p') AND oid >= 16384) END`

/**
 * What the database says of itself.
 * @param metadata the rows of nself.metadata.
 * @param hasRows whether it has migrations: without a mark it counts as production then.
 * @throws NselfError `configuration` where a newer program wrote its history.
 */
export function factsOf(row: FactsRow, metadata: ReadonlyMap<string, string>, hasRows: boolean): Facts {
  const [tracked, readOnly, version, user, pid, journaled, citusMode, , , , movedTo, hasTables] = row
  const marked = metadata.get('environment')
  const markLost = marked === undefined && hasRows
  return {
    tracked,
    lost: journaled && !tracked,
    unjournaled: tracked && !journaled,
    movedTo,
    hasTables: hasTables === true,
    markedAs: marked === undefined ? (markLost ? 'production' : null) : parseEnvironment(marked),
    markLost,
    format: formatOf(metadata.get(formatKey)),
    halfDropped: metadata.has(droppingKey),
    readOnly,
    version,
    user,
    pid,
    citusMode,
  }
}
