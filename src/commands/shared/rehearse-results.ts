import type { Location } from '../../core/location.ts'
import type { Disagreement } from '../../core/rehearse/compare-lint.ts'
import type { TableLockTime } from '../../core/rehearse/lock-times.ts'
import type { RehearsedTransaction } from '../../core/rehearse/rehearsed.ts'

/** How a copy was made: by CREATE DATABASE … TEMPLATE, by pg_dump, of a backup. */
export type CopyKind = 'template' | 'dump' | 'backup'

/** What a file of it looks like. */
export type RehearsalFormat = 'human' | 'json' | 'markdown'

/** A table that would be locked for longer than the limit. */
export interface OverLimit extends TableLockTime {
  /** What to do about it. */
  readonly instead: string
}

/** A table without its rows. */
interface EmptyTable {
  readonly table: string
  readonly rows: number | null
  readonly bytes: number
}

/** A statement that failed on the copy. */
export interface RehearsalFault {
  readonly migration: string
  readonly message: string
  readonly detail: string | null
  /** Null where it is of no statement. */
  readonly location: Location | null
}

export interface RehearseResult {
  readonly kind: 'rehearse'
  /** Where it is written too; null for nowhere. */
  readonly report: { readonly path: string; readonly format: RehearsalFormat } | null
  /** What was copied, in words. */
  readonly source: string
  /** Null where nothing is pending, and nothing was copied. */
  readonly copy: CopyKind | null
  readonly schemaOnly: boolean
  /** What is pending, in its order. */
  readonly migrations: readonly string[]
  readonly transactions: readonly RehearsedTransaction[]
  readonly failure: RehearsalFault | null
  /** What comes after the failure. */
  readonly notRun: readonly string[]
  readonly tables: readonly TableLockTime[]
  readonly maxLockMs: number | null
  readonly overLimit: readonly OverLimit[]
  readonly disagreements: readonly Disagreement[]
  /** With `schemaOnly`: what the tables that the run worked on have where they were copied from. */
  readonly sizes: readonly EmptyTable[]
  /** What reaches beyond the database, and was not run. */
  readonly leftOut: readonly string[]
  readonly durationMs: number
  readonly exitStatus: number
}
