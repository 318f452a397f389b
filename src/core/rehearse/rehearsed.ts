import type { LockMode } from '../probe/question.ts'

/** A statement in its file. */
export interface StatementPlace {
  readonly migration: string
  readonly path: string
  readonly line: number
  readonly column: number
  /** The line on which it ends. */
  readonly lastLine: number
}

export interface SeenLock {
  readonly table: string
  readonly mode: LockMode
}

/** A table that was read from its beginning to its end. */
export interface SeenScan {
  readonly table: string
  /** How many rows were read; null where parallel workers may have read some of them, which nobody counts. */
  readonly rows: number | null
}

/** What a statement was seen to do. Tables are those that were there before the run: nobody uses the others yet. */
export interface SeenWork {
  /** Locks that its transaction did not hold before, the strongest of each table. */
  readonly locks: readonly SeenLock[]
  readonly rewritten: readonly string[]
  /** Null where the server does not tell. */
  readonly scanned: readonly SeenScan[] | null
  /** How many rows were added, changed and deleted, in all tables; null where the server does not tell. */
  readonly rows: number | null
  readonly walBytes: number
}

/** A statement that ran on a copy, or several in a row that work alike on rows and are measured together. */
export interface RehearsedStatement extends SeenWork {
  readonly place: StatementPlace
  /** Its beginning, on one line. */
  readonly text: string
  /** How many statements these are. */
  readonly count: number
  readonly ms: number
}

/** What holds its locks to the end: a transaction, or a statement outside of one. */
export interface RehearsedTransaction {
  readonly isOutside: boolean
  readonly statements: readonly RehearsedStatement[]
  /** From its last statement until it was committed: with the checks of deferred constraints. */
  readonly commitMs: number
}
