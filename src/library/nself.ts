import type { Environment } from '../core/environment.ts'
import type { CheckRequest, FinishedCheck } from './check-request.ts'

/** Where the project is and which database is meant; without it as the command line finds both. */
export interface OpenSettings {
  /** The folder that holds `nself/`, or one below it; without it that of the process. */
  readonly cwd?: string
  /** As `--env`. */
  readonly environment?: Environment
  /** As `--database-url`. nself makes connections of its own and closes them: a pool or a client cannot be given. */
  readonly databaseUrl?: string
  /** As `--shadow-url`: where scratch databases are made. */
  readonly shadowUrl?: string
  /** Variables in place of `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Is given each sentence that the command line would print on stderr, without passwords. Nothing is printed. */
  readonly onMessage?: (sentence: string) => void
}

/** A project and its database. It holds no connection between calls, so nothing has to be closed. */
export interface Nself {
  readonly environment: Environment
  /** The folder that holds `nself/`. */
  readonly root: string
  /** Every migration with its state. Reads only. */
  status(options?: StatusSettings): Promise<DatabaseStatus>
  /** Applies pending migrations: all, `count` of them, or those up to `to`. */
  up(options?: UpSettings): Promise<FinishedRun>
  /** Reverts what was applied last: one, `count` of them, or all that came after `to`. */
  down(options?: DownSettings): Promise<FinishedRun>
  /** Says what would go wrong before migrations run: as `nself db check`. Changes no database of yours. */
  check(options?: CheckRequest): Promise<FinishedCheck>
}

/** How to look at a database. */
export interface StatusSettings {
  /** Compare the database with what its applied migrations produce. */
  readonly drift?: boolean
  /** Ends it early: on the server too. */
  readonly signal?: AbortSignal
}

/** What a person would be asked, answered beforehand: there is nobody to ask. */
export interface GuardAnswers {
  /** Answers y/N questions with yes. */
  readonly yes?: boolean
  /** The phrase for production: `yes-destroy-production`. */
  readonly confirm?: string
  /** In production: skip the backup, for there is one by other means. */
  readonly noBackup?: boolean
}

/** How to revert. */
export interface DownSettings extends GuardAnswers {
  readonly count?: number
  /** `3`, `003` or `003_create_orders`. */
  readonly to?: string
  /** How long to wait for another run, in ms; without it a minute. */
  readonly lockWaitMs?: number
  /** Batches wait while a replica is farther behind, in ms. */
  readonly maxLagMs?: number
  /** Ends it early: what runs is cancelled and rolled back. */
  readonly signal?: AbortSignal
}

/** How to apply. */
export interface UpSettings extends DownSettings {
  readonly allowOutOfOrder?: boolean
  /** `expand`: leave what waits until the new release is out. */
  readonly phase?: 'expand'
  readonly singleTransaction?: boolean
}

/** What a database has of the migrations of this project. */
export interface DatabaseStatus {
  /** `HOST:PORT/DATABASE`. */
  readonly database: string
  readonly environment: Environment
  /** The environment that the database remembers. */
  readonly markedAs: Environment | null
  readonly migrations: readonly {
    readonly version: string
    readonly name: string
    readonly status: 'applied' | 'pending' | 'empty' | 'missing' | 'edited' | 'failed' | 'lost' | 'running'
    readonly outOfOrder: boolean
    /** What its file says of the release: `contract` waits until the new one is out. */
    readonly phase: 'expand' | 'contract' | null
    /** ISO 8601. */
    readonly appliedAt: string | null
    readonly durationMs: number | null
    readonly appliedBy: string | null
    /** The branch of git from which it was applied, or the commit. */
    readonly branch: string | null
  }[]
  /** Null where it was not asked for. */
  readonly drift: {
    readonly differences: readonly { readonly sign: '+' | '-' | '~'; readonly kind: string; readonly name: string }[]
    /** The last migration after which the schema was still what the migrations produce; null where that is not known. */
    readonly since: string | null
  } | null
  /** Something is not applied, or there is drift. */
  readonly different: boolean
}

/** What a run did. One that failed throws, with the same in `error.report`. */
export interface FinishedRun {
  /** `HOST:PORT/DATABASE`. */
  readonly database: string
  /** Empty where there was nothing to do. */
  readonly steps: readonly {
    readonly name: string
    /** Null for a repeatable. */
    readonly version: string | null
    readonly direction: 'up' | 'down'
    readonly outcome: 'done' | 'failed' | 'not-run'
  }[]
  readonly durationMs: number
}
