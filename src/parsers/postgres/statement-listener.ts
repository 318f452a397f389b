import type { Location } from '../../core/location.ts'
import type { StatementNodes } from '../../core/sql/statement-nodes.ts'

/** A statement that is looked at. */
export interface SeenStatement {
  /** The migration or seed. */
  readonly migration: string
  readonly sql: string
  /** Where it begins. */
  readonly locate: () => Location
}

/** Somebody who is told the statements of several scripts as they are parsed, one after the other. */
export interface StatementListener {
  /** A script begins. */
  readonly begin: () => void
  /** @param statements null for what cannot be read here, though perhaps by a server; without a fault. */
  readonly take: (statements: readonly StatementNodes[] | null, seen: SeenStatement) => void
}
