import type { Environment } from '../../core/environment.ts'
import { exitStatusOf } from '../../core/errors.ts'
import type { AdoptResult } from './adopt-results.ts'
import type { BackupListResult, BackupResult, PruneResult, RestoreResult, UndoResult } from './backup-results.ts'
import type { CheckResult } from './check-results.ts'
import type {
  CreateResult,
  DryRunResult,
  RenumberResult,
  RepairResult,
  RunResult,
  StatusResult,
  UpdateResult,
} from './migrate-results.ts'
import type { QueriesRecordResult } from './queries-results.ts'
import type { RehearseResult } from './rehearse-results.ts'
import type {
  ApplyResult,
  DiagramResult,
  DiffResult,
  ImportResult,
  ScaffoldResult,
  ShowTableResult,
  ShowTablesResult,
} from './schema-results.ts'
import type { ResetResult, SeedResult, SeedStatusResult, SeedUsersResult } from './seed-results.ts'
import type { SquashResult } from './squash-result.ts'

export interface QueryResult {
  readonly kind: 'query'
  readonly format: 'table' | 'csv'
  /** One for each statement. */
  readonly results: readonly {
    /** `SELECT`, `INSERT` … */
    readonly command: string
    readonly rowCount: number
    /** Empty for a statement that returns no rows. */
    readonly columns: readonly { readonly name: string; readonly type: number }[]
    /** As the server writes them. */
    readonly rows: readonly (readonly (string | null)[])[]
  }[]
}

export interface ShellResult {
  readonly kind: 'shell'
  readonly exitStatus: number
}

/** A setting and where it came from. */
export interface Setting {
  readonly name: string
  readonly value: string | null
  readonly source: string
}

export interface EnvResult {
  readonly kind: 'env'
  readonly environment: Environment
  /** Without a password. */
  readonly server: string
  readonly settings: readonly Setting[]
  readonly files: readonly { readonly file: string; readonly found: boolean }[]
  readonly warnings: readonly string[]
}

export interface InitResult {
  readonly kind: 'init'
  /** What was missing and was made, relative to where the person stands. */
  readonly made: readonly string[]
  /** How many migration files there are. */
  readonly migrations: number
  readonly server:
    | { readonly kind: 'configured'; readonly place: string; readonly source: string }
    | { readonly kind: 'embedded'; readonly major: number }
    | { readonly kind: 'none'; readonly reason: string }
  /** How many tables the database has without a history of nself; null where that is unknown. */
  readonly untracked: number | null
}

export interface ServerResult {
  readonly kind: 'server'
  readonly state: 'started' | 'running' | 'stopped' | 'not-running'
  readonly url: string | null
}

export interface LogResult {
  readonly kind: 'log'
  readonly text: string
}

/** The exit status of a command that did what it was asked to. */
export function statusAfter(result: Result): number {
  if ('exitStatus' in result) return result.exitStatus
  if (result.kind === 'diagram') return (result.freshness ?? 'fresh') === 'fresh' ? 0 : exitStatusOf('different')
  if ('proven' in result && result.proven === false) return exitStatusOf('different')
  return 'checked' in result && result.checked && result.different ? exitStatusOf('different') : 0
}

export type Result =
  | AdoptResult
  | CheckResult
  | RehearseResult
  | StatusResult
  | RunResult
  | UpdateResult
  | DryRunResult
  | CreateResult
  | SeedResult
  | SeedStatusResult
  | SeedUsersResult
  | ResetResult
  | QueryResult
  | QueriesRecordResult
  | ShellResult
  | EnvResult
  | InitResult
  | RepairResult
  | RenumberResult
  | SquashResult
  | ServerResult
  | LogResult
  | BackupResult
  | BackupListResult
  | PruneResult
  | RestoreResult
  | UndoResult
  | ImportResult
  | ApplyResult
  | DiffResult
  | DiagramResult
  | ShowTablesResult
  | ShowTableResult
  | ScaffoldResult

/** The result of each kind. */
export type ResultOf = { readonly [One in Result as One['kind']]: One }
