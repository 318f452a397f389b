import type { Manifest } from '../core/backup.ts'
import type { Environment } from '../core/environment.ts'
import type { Reference, Table } from '../core/schema/catalog.ts'
import type { ScaffoldName } from '../core/schema/scaffold.ts'
import type { SeedEntry } from '../core/seed.ts'
import type { Status } from '../core/state.ts'
import type { Report, SeedReport } from '../postgres/report.ts'
import type { Renumbered } from '../project/renumber.ts'

export interface StatusResult {
  readonly kind: 'status'
  readonly database: string
  readonly environment: Environment
  readonly markedAs: Environment | null
  readonly migrations: readonly {
    readonly version: string
    readonly name: string
    readonly status: Status
    readonly outOfOrder: boolean
    readonly appliedAt: string | null
    readonly durationMs: number | null
    readonly appliedBy: string | null
  }[]
  /** `--check` found something that is not applied: exit status 6. */
  readonly different: boolean
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

export interface DiagramResult {
  readonly kind: 'diagram'
  readonly database: string
  readonly format: 'dbml' | 'mermaid' | 'svg' | 'html'
  readonly tables: number
  readonly foreignKeys: number
  /** Where it was written; then `text` is null. */
  readonly path: string | null
  readonly text: string | null
}

export interface ShowTablesResult {
  readonly kind: 'tables'
  readonly database: string
  readonly tables: readonly {
    readonly name: string
    readonly type: Table['kind']
    readonly columns: number
    /** About so many; null where PostgreSQL does not know. */
    readonly rows: number | null
    readonly partitions: number
    readonly comment: string | null
  }[]
}

export interface TablePart {
  readonly name: string
  readonly definition: string
  readonly comment: string | null
}

export interface ShowTableResult {
  readonly kind: 'table'
  readonly database: string
  readonly table: Table
  readonly rows: number | null
  readonly referredToBy: readonly {
    readonly table: string
    readonly name: string
    readonly columns: readonly string[]
    readonly references: Reference
  }[]
  readonly partitions: readonly { readonly name: string; readonly bound: string | null }[]
  readonly triggers: readonly TablePart[]
  readonly policies: readonly TablePart[]
  readonly rules: readonly TablePart[]
}

export interface ScaffoldResult {
  readonly kind: 'scaffold'
  readonly template: ScaffoldName
  readonly path: string
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
  | DiagramResult
  | ShowTablesResult
  | ShowTableResult
  | ScaffoldResult
