import { certain } from '../certain.ts'
import type { StatementList } from '../sql/statement-list.ts'

/**
 * What of a section is done as a whole or not at all, where it does not run in one transaction: a single statement, or
 * a transaction of the section's own. Numbers are places in the list of its statements, from 0.
 */
export interface WorkUnit {
  /** Its statements, without BEGIN and COMMIT: from `first` up to `end`. */
  readonly first: number
  readonly end: number
  /** How many statements of the section are done when it is: with its COMMIT. */
  readonly done: number
  /** Where the BEGIN stands whose options it has; null where there is none. */
  readonly begin: number | null
  /** A transaction of the section's own, however few statements it has. */
  readonly isBlock: boolean
}

/** The units of a section in their order; of one of which the first `done` statements are done, those that are left. */
export function* workUnits(statements: StatementList, done = 0): Generator<WorkUnit> {
  let begin: number | null = null
  // Before COMMIT AND CHAIN without a BEGIN there is a transaction that nobody had to begin.
  let first: number | null = opensByItself(statements) ? 0 : null
  for (let at = 0; at < statements.length; at++) {
    const { kind } = certain(statements.at(at))
    if (kind === 'begin') [begin, first] = [at, at + 1]
    else if (kind === 'commit' || kind === 'chain') {
      const start = Math.max(first ?? at, done)
      if (at >= done) yield { first: start, end: at, done: at + 1, begin, isBlock: true }
      first = kind === 'chain' ? at + 1 : null
    } else if (first === null && at >= done) {
      yield { first: at, end: at + 1, done: at + 1, begin: null, isBlock: false }
    }
  }
  const end = statements.length
  if (first !== null && first < end) yield { first: Math.max(first, done), end, done: end, begin, isBlock: true }
}

function opensByItself(statements: StatementList): boolean {
  for (const { kind } of statements) {
    if (kind === 'chain') return true
    if (kind === 'begin' || kind === 'commit') return false
  }
  return false
}
