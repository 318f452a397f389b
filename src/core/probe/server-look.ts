import type { LockMode, ProbePlace } from './question.ts'
import type { TableFacts } from './table-sql.ts'

/** A statement's work on a whole table. */
export interface TableWork {
  readonly line: number
  readonly work: 'scans' | 'rewrites'
}

/** A table that is there and that a migration works on. */
export interface TouchedTable {
  /** Of the first statement that works on it. */
  readonly place: ProbePlace
  readonly facts: TableFacts
  /** With its TOAST table; by statistics where these say more than the disk. */
  readonly bytes: number
  /** Null where the server does not say it. */
  readonly indexBytes: number | null
  /** Why the disk was not looked at; null where it was. */
  readonly unmeasured: string | null
  readonly works: readonly TableWork[]
  /** The strongest lock that the migration takes of it. */
  readonly mode: LockMode
  /** Who would keep it waiting now: `pid 7 (billing-worker, user app, transaction open for 12 s): AccessShareLock`. */
  readonly holders: readonly string[]
}

/** What else goes on on the server. */
export interface ServerLook {
  /** Sentences, each of something that a migration may meet. */
  readonly busy: readonly string[]
  /** What the server does not show to this role. */
  readonly hidden: readonly string[]
  /** Bytes that are free on the disk of its data; null where that is not visible. */
  readonly free: number | null
}
