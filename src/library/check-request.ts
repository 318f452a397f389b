/** A part of a check, as `--only` takes them. */
export type CheckPartName = 'parse' | 'lint' | 'proof' | 'rows' | 'queries' | 'merge' | 'probe'

/** How bad a finding is, the worst first. */
export type FindingSeverity = 'error' | 'warning' | 'note'

/** What to check, and against what. */
export interface CheckRequest {
  /** Every migration, or those that are new or changed against a git branch; without it the pending ones. */
  readonly scope?: 'pending' | 'all' | { readonly since: string }
  /** As `--base`: the branch that they will be merged into. The part `merge` needs it. */
  readonly base?: string
  /** As `--on`: an environment or a URL, whose rows are asked, read-only. The part `probe` needs it. */
  readonly on?: string
  /** Only these parts; without it all that can run. */
  readonly only?: readonly CheckPartName[]
  readonly skip?: readonly CheckPartName[]
  /** From which severity on `passed` is false; without it `error`. */
  readonly failOn?: FindingSeverity
  /** Ends it early: scratch databases are dropped. */
  readonly signal?: AbortSignal
}

/** What a check has found. */
export interface FinishedCheck {
  /** Nothing is as bad as `failOn`, and every part got through all that it was to look at. */
  readonly passed: boolean
  /** In words: `2 pending migrations`. */
  readonly scope: string
  /** Names of those that were looked at. */
  readonly migrations: readonly string[]
  readonly parts: readonly {
    readonly part: CheckPartName
    /** `incomplete`: it did not get through all, and `reason` says why. */
    readonly outcome: 'done' | 'skipped' | 'incomplete'
    readonly reason: string | null
  }[]
  /** By file, the worst first. */
  readonly findings: readonly CheckedFinding[]
  /** Names of migrations whose DOWN is proven: it restores the schema and the rows, and UP makes the same again. */
  readonly proven: readonly string[]
}

/** Something that a person should know of a migration before it runs. */
export interface CheckedFinding {
  /** As the pages of rules have it: `proof/down-differs`. */
  readonly rule: string
  readonly severity: FindingSeverity
  readonly migration: string
  /** Line and column count from 1. */
  readonly place: { readonly path: string; readonly line: number; readonly column: number }
  /** What is wrong, and why it matters. */
  readonly message: string
  /** What to do about it. */
  readonly instead: string
  /** What shows it: differences of the schema, what the server said. */
  readonly evidence: readonly string[]
}
