import type { Manifest } from '../../core/backup.ts'
import type { Environment } from '../../core/environment.ts'
import type { SeedEntry } from '../../core/migration/seed.ts'
import type { Status } from '../../core/migration/state.ts'
import type { Report, SeedReport } from '../../postgres/run/report.ts'
import type { Drift } from '../../postgres/scratch/drift.ts'
import type { Renumbered } from '../../project/renumber.ts'
import type {
  ApplyResult,
  DiagramResult,
  DiffResult,
  ImportResult,
  ScaffoldResult,
  ShowTableResult,
  ShowTablesResult,
} from './schema-results.ts'

export interface StatusResult {
  readonly kind: 'status'
  readonly database: string
  readonly environment: Environment
  readonly markedAs: Environment | null
  readonly migrations: readonly {
    readonly version: string
    readonly name: string
    /** `running` where it is half-way done by a run that is under way. */
    readonly status: Status | 'running'
    readonly outOfOrder: boolean
    readonly appliedAt: string | null
    readonly durationMs: number | null
    readonly appliedBy: string | null
  }[]
  /** With `--drift`: how the database differs from what its migrations make. */
  readonly drift: Drift | null
  /** Something is not applied, or there is drift. */
  readonly different: boolean
  /** `--check`: the exit status is 6 where it is different. */
  readonly checked: boolean
}

export interface RunResult extends Report {
  readonly kind: 'run'
  readonly database: string
  readonly durationMs: number
}

export interface UpdateResult extends Report {
  readonly kind: 'update'
  readonly database: string
  /** Path of the backup that was taken before. */
  readonly backup: string
  readonly verified: { readonly tables: number; readonly rows: number }
  readonly durationMs: number
}

export interface DryRunResult {
  readonly kind: 'dry-run'
  readonly action: 'up' | 'down' | 'seed'
  readonly steps: readonly {
    /** Null for a seed. */
    readonly version: string | null
    readonly name: string
    readonly transaction: boolean
    readonly sql: string
  }[]
}

export interface CreateResult {
  readonly kind: 'create'
  readonly path: string
}

export interface SeedResult extends SeedReport {
  readonly kind: 'seed'
  /** Those that were left out: nothing has changed since they ran. */
  readonly unchanged: number
  readonly database: string
  readonly environment: Environment
  readonly durationMs: number
}

export interface SeedStatusResult {
  readonly kind: 'seed-status'
  readonly database: string
  readonly environment: Environment
  readonly seeds: readonly {
    readonly name: string
    readonly status: SeedEntry['status']
    readonly appliedAt: string | null
    readonly durationMs: number | null
  }[]
}

export interface SeedUsersResult {
  readonly kind: 'seed-users'
  readonly database: string
  readonly environment: Environment
  /** Email addresses. */
  readonly added: readonly string[]
  readonly existing: number
  /** Generated ones, of production: told this once, kept nowhere. */
  readonly passwords: readonly { readonly email: string; readonly password: string }[]
  /** The test accounts of local, and the password of everybody there. */
  readonly accounts: readonly string[]
  readonly testPassword: string | null
}

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

export interface ResetResult {
  readonly kind: 'reset'
  readonly migrations: RunResult
  readonly seeds: SeedResult
}

interface Fix {
  /** The flag that does it: `--accept 3`. */
  readonly flag: string
  readonly what: string
}

export interface RepairResult {
  readonly kind: 'repair'
  readonly database: string
  readonly findings: readonly Fix[]
  /** With `--infer`: what was found out, a line each. */
  readonly inferred: readonly string[]
  readonly done: readonly string[]
}

export interface RenumberResult extends Renumbered {
  readonly kind: 'renumber'
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

export interface BackupResult {
  readonly kind: 'backup'
  readonly file: string
  readonly path: string
  readonly manifest: Manifest
  /** Older ones that went, with --keep. */
  readonly removed: readonly string[]
}

export interface BackupListResult {
  readonly kind: 'backup-list'
  readonly folder: string
  readonly backups: readonly {
    readonly file: string
    readonly path: string
    readonly takenAt: string
    readonly size: number
    readonly verified: boolean
    readonly manifest: Manifest | null
    /** It has a manifest that cannot be read. */
    readonly isDamaged: boolean
  }[]
}

export interface PruneResult {
  readonly kind: 'prune'
  readonly removed: readonly string[]
  readonly kept: number
}

export interface RestoreResult {
  readonly kind: 'restore'
  readonly database: string
  readonly file: string
  readonly inPlace: boolean
  /** The name under which the old database is kept. */
  readonly kept: string | null
  readonly durationMs: number
}

export type Result =
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
  | ShellResult
  | EnvResult
  | RepairResult
  | RenumberResult
  | ServerResult
  | LogResult
  | BackupResult
  | BackupListResult
  | PruneResult
  | RestoreResult
  | ImportResult
  | ApplyResult
  | DiffResult
  | DiagramResult
  | ShowTablesResult
  | ShowTableResult
  | ScaffoldResult
