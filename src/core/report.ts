import type { Effect } from './effect.ts'
import type { Location } from './location.ts'
import type { RowsDone } from './rows-done.ts'

export interface StepResult {
  readonly name: string
  /** Null for a repeatable. */
  readonly version: string | null
  readonly direction: 'up' | 'down'
  readonly outcome: 'done' | 'failed' | 'not-run'
  /** It failed outside a transaction: what it did before that stays. */
  readonly partly?: boolean
  /** How many of its statements are done, where it failed and they are not done as a whole. */
  readonly statements?: { readonly done: number; readonly total: number }
  /** How far its batches have come, where it failed between two of them: they are done and kept. */
  readonly batches?: RowsDone
  /** What it did to relations and rows that were there before, where that was looked at and is anything. */
  readonly effects?: readonly Effect[]
}

/** Where something ran, for the line that says how things stand now. */
export interface RunPlace {
  readonly database: string
  /** `local`, `staging`, `production`. */
  readonly environment: string
  /** Names of the migrations that were applied before, in order. */
  readonly appliedBefore: readonly string[]
}

export interface Report {
  readonly action: 'up' | 'down' | 'fresh'
  readonly steps: readonly StepResult[]
  /** The backup from before was restored afterwards: nothing of it is left. */
  readonly rolledBack?: true
}

/** What became of a list of seeds. */
export interface SeedReport {
  readonly action: 'seed'
  readonly steps: readonly Pick<StepResult, 'name' | 'outcome' | 'effects'>[]
}

/** What two schemas differ in, by name. */
interface ReportedDifference {
  readonly sign: '+' | '-' | '~'
  readonly kind: string
  readonly name: string
}

/** What an error reports besides its message, for whoever shows it or reads it as JSON. */
export type FailureReport =
  | ({ readonly kind: 'run'; readonly place?: RunPlace } & Report)
  | ({ readonly kind: 'seed'; readonly place?: RunPlace } & SeedReport)
  /** Everything that must be fixed in a design, where it is more than the one that the message names. */
  | {
      readonly kind: 'design-faults'
      readonly faults: readonly { readonly message: string; readonly location: Location | null }[]
    }
  /** What differs although a generated migration was to make it the same. */
  | { readonly kind: 'differences'; readonly differences: readonly ReportedDifference[] }
