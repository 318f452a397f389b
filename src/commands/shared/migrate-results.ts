import type { DangerKind } from '../../core/effects/danger.ts'
import type { Environment } from '../../core/environment.ts'
import type { Location } from '../../core/location.ts'
import type { Direction } from '../../core/migration/marker.ts'
import type { Phase } from '../../core/migration/migration.ts'
import type { RepeatableStatus } from '../../core/migration/repeatable.ts'
import type { Status } from '../../core/migration/state.ts'
import type { ProposedFix } from '../../core/repair/findings.ts'
import type { Report } from '../../core/report.ts'
import type { RowsDone } from '../../core/rows-done.ts'
import type { Drift } from '../../postgres/scratch/drift.ts'
import type { Renumbered } from '../../project/renumber.ts'

export interface StatusResult {
  readonly kind: 'status'
  readonly database: string
  readonly environment: Environment
  readonly markedAs: Environment | null
  /** The server is the one that nself runs for the project. */
  readonly isEmbedded: boolean
  readonly migrations: readonly {
    readonly version: string
    readonly name: string
    /** `running` where a run in progress has done a part of it. */
    readonly status: Status | 'running'
    readonly outOfOrder: boolean
    /** What its file says of the release: `contract` waits until the new one is out. */
    readonly phase: Phase | null
    readonly appliedAt: string | null
    readonly durationMs: number | null
    readonly appliedBy: string | null
    /** The branch of git from which it was applied, or the commit. */
    readonly branch: string | null
    /** A branch of git that has its file, which is missing here. */
    readonly branchWithFile?: { readonly name: string; readonly bring: string }
    /** The pending migration that has its text: its file may have got another number. */
    readonly renamedTo?: string
    /** How many migrations it stands for. */
    readonly standsFor?: number
    /** The file that stands for it, in a database that has only some of what that one stands for. */
    readonly partOf?: string
    /** How many of its statements are done, of one that stopped outside a transaction. */
    readonly statements?: { readonly done: number; readonly total: number; readonly direction: Direction }
    /** How far its batches have come, of one that stopped between two of them or is running. */
    readonly batches?: RowsDone & { readonly direction: Direction }
    /** Of one that failed: what PostgreSQL said, and the line of the statement that is next. */
    readonly failure?: { readonly message: string | null; readonly line: number | null }
    /** Of one that is running: for how long, and who runs it from where. */
    readonly runner?: { readonly seconds: number | null; readonly role: string | null; readonly address: string | null }
    /** With `--long`: whether a stored proof says that its DOWN brings back what was; `none` where it has no DOWN. */
    readonly down?: 'proven' | 'unproven' | 'none'
  }[]
  /** What runs again when it is edited, in the order in which it runs. */
  readonly repeatables: readonly {
    readonly name: string
    /** `pending` has not run yet, `edited` runs again with the next `up`, of `missing` the file is not here. */
    readonly status: RepeatableStatus
    /** Of a missing one, the file that has its text. */
    readonly renamedTo?: string
    readonly appliedAt: string | null
    readonly durationMs: number | null
    readonly appliedBy: string | null
    readonly branch: string | null
  }[]
  /** With `--drift`: how the database differs from what its migrations make. */
  readonly drift: Drift | null
  /** With `--base`: how the files go together with those of another branch. */
  readonly base?: BaseStatus
  /** Files and history contradict each other: `up` runs nothing, and a warning names the command that ends it. */
  readonly isContradicted?: boolean
  /** How many tables a database has that has no history: it is to be taken over before anything runs. */
  readonly untracked?: number
  /** Something is not applied, or there is drift, or files contradict those of the other branch. */
  readonly different: boolean
  /** `--check`: the exit status is 6 where it is different. */
  readonly checked: boolean
  /** `--phase expand`: what waits until the new release is out is as it should be. */
  readonly phase?: 'expand'
}

export interface BaseStatus {
  readonly ref: string
  /** Names of migrations. */
  readonly onlyHere: readonly string[]
  readonly onlyThere: readonly string[]
  /** What does not go together, a sentence each. */
  readonly contradictions: readonly { readonly name: string; readonly message: string }[]
}

export interface RunResult extends Report {
  readonly kind: 'run'
  readonly database: string
  /** After `up`: what stays pending because it waits until the new release is out. */
  readonly waiting?: readonly string[]
  /** The folder has no migration, and the database has the record of none. */
  readonly hasNone?: true
  /** After `up`: the last migration that was applied, where it has no DOWN. */
  readonly irreversible?: string
  readonly durationMs: number
}

export interface UpdateResult extends Report {
  readonly kind: 'update'
  readonly database: string
  /** Path of the backup that was taken before. */
  readonly backup: string
  readonly verified: {
    readonly tables: number
    readonly rows: number
    /** What else holds, as a person reads it: `no index is INVALID`. */
    readonly holds: readonly string[]
  }
  readonly durationMs: number
}

/** A statement of a step that destroys data. */
interface StepDanger {
  readonly kind: DangerKind
  readonly object: string
  /** For a person: `drops the column users.name`. */
  readonly message: string
  /** False for a change that keeps what it does not name: an UPDATE with a condition. */
  readonly destructive: boolean
  readonly location: Location
  /** How many rows are concerned, or have a value in the column; null where nobody knows. */
  readonly count: { readonly rows: number; readonly exact: boolean } | null
}

export interface DryRunResult {
  readonly kind: 'dry-run'
  readonly action: 'up' | 'down' | 'seed'
  readonly steps: readonly {
    /** Null for a repeatable or a seed. */
    readonly version: string | null
    readonly name: string
    /** Which section; a seed has none. */
    readonly direction?: 'up' | 'down'
    readonly transaction: boolean
    /** How many transactions of its own it runs in; absent where it has none. */
    readonly blocks?: number
    /** Of what runs in batches: about how many, and of how many rows; null where nobody knows. `sql` is the first one. */
    readonly batches?: { readonly count: number | null; readonly size: number | null }
    readonly sql: string
    /** What of it destroys or changes data, in the order of its statements; none for seeds. */
    readonly dangers: readonly StepDanger[]
  }[]
}

export interface CreateResult {
  readonly kind: 'create'
  /** A seed, not a migration. */
  readonly isSeed?: true
  readonly path: string
  /** A DOWN for a file that was there already: of which version, and what it does not bring back or may fail on. */
  readonly down?: { readonly of: string; readonly lost: readonly string[] }
}

export interface RepairResult {
  readonly kind: 'repair'
  readonly database: string
  readonly findings: readonly ProposedFix[]
  /** With `--infer`: what was found out, a line each. */
  readonly inferred: readonly string[]
  readonly done: readonly string[]
}

export interface RenumberResult extends Renumbered {
  readonly kind: 'renumber'
}
