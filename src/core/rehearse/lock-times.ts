import { conflictsOf, type LockMode } from '../probe/question.ts'
import type { RehearsedStatement, RehearsedTransaction } from './rehearsed.ts'

/** What others cannot do to a table while somebody holds a lock on it. */
export interface Blocked {
  readonly reads: boolean
  readonly writes: boolean
}

/** What a lock keeps others from. */
export function blockedBy(mode: LockMode): Blocked {
  const against = conflictsOf(mode)
  return { reads: against.includes('AccessShareLock'), writes: against.includes('RowExclusiveLock') }
}

/** For how long a table would be locked, over all of a run. */
export interface TableLockTime {
  readonly table: string
  readonly readsMs: number
  readonly writesMs: number
  /** The statement that took the lock that was held longest. */
  readonly by: RehearsedStatement
  /** The one that took the most of that time. */
  readonly longest: RehearsedStatement
}

/**
 * How long tables would be locked for reads and for writes: a lock is held from the beginning of the statement that takes it
 * to the end of its transaction. Time between statements is that of measuring, and does not count. The longest first.
 */
export function lockTimes(transactions: readonly RehearsedTransaction[]): TableLockTime[] {
  const times = new Map<string, TableLockTime & { readonly held: number }>()
  for (const transaction of transactions) {
    for (const [table, { reads, writes, at }] of heldIn(transaction)) {
      const before = times.get(table)
      const isLonger = before === undefined || writes > before.held
      times.set(table, {
        table,
        readsMs: (before?.readsMs ?? 0) + reads,
        writesMs: (before?.writesMs ?? 0) + writes,
        held: isLonger ? writes : before.held,
        ...(isLonger ? { by: at, longest: longestFrom(transaction, at) } : { by: before.by, longest: before.longest }),
      })
    }
  }
  return [...times.values()]
    .map(({ held: _, ...time }) => time)
    .sort((a, b) => b.writesMs - a.writesMs || (a.table < b.table ? -1 : 1))
}

interface Held {
  readonly reads: number
  readonly writes: number
  /** What took the lock that keeps others from writing. */
  readonly at: RehearsedStatement
}

/** By table, for how long one transaction keeps others from it. What blocks reads blocks writes too. */
function heldIn({ statements, commitMs }: RehearsedTransaction): Map<string, Held> {
  const held = new Map<string, Held>()
  let left = commitMs
  for (const statement of statements.toReversed()) {
    left += statement.ms
    for (const { table, mode } of statement.locks) {
      const { reads, writes } = blockedBy(mode)
      if (!writes) continue
      held.set(table, { reads: reads ? left : (held.get(table)?.reads ?? 0), writes: left, at: statement })
    }
  }
  return held
}

function longestFrom({ statements }: RehearsedTransaction, from: RehearsedStatement): RehearsedStatement {
  return statements.slice(statements.indexOf(from)).reduce((a, b) => (b.ms > a.ms ? b : a), from)
}

/** The tables that would be locked for longer than a limit. */
export function overLimit(times: readonly TableLockTime[], limitMs: number): TableLockTime[] {
  return times.filter(({ writesMs }) => writesMs > limitMs)
}
