import type { AskedTable, LockMode, RowQuestion, Touch } from '../../core/probe/question.ts'
import type { RunTable, RunTables } from '../../core/probe/run-tables.ts'
import { listAt, nodeAt, wordsOf } from '../../core/sql/tree.ts'
import type { Parser } from './parser.ts'
import type { StatementSource } from './statement-source.ts'

/** One statement, and what the run has done before it. */
export interface LookedAt {
  readonly parser: Parser
  readonly source: StatementSource
  readonly tables: RunTables
  /** `the UPDATE in line 4 of 012_backfill` */
  readonly words: string
  /** @param columns of which the answer depends; null for all of them. */
  readonly ask: (table: RunTable, asked: RowQuestion['asked'], columns: readonly string[] | null) => void
  /** The same of other rows of it. */
  readonly askOf: (table: RunTable, rows: AskedTable, asked: RowQuestion['asked']) => void
  readonly askDomain: (asked: RowQuestion['asked']) => void
  readonly touch: (table: RunTable, mode: LockMode, work?: Touch['work'], retype?: Touch['retype']) => void
}

/** The columns that an expression names. */
export function columnsIn(expressions: readonly unknown[]): string[] {
  const found: string[] = []
  const look = (value: unknown): void => {
    for (const item of listAt(value)) look(item)
    for (const [key, inner] of Object.entries(nodeAt(value))) {
      if (key === 'ColumnRef') found.push(...wordsOf(nodeAt(inner).fields).slice(-1))
      else if (typeof inner === 'object') look(inner)
    }
  }
  for (const expression of expressions) look(expression)
  return found
}
