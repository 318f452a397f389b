import type { Difference } from './differences.ts'

/** What a design changes, as a person reads it. */
export interface SchemaChanges {
  /** What the design adds is `+`, what it removes `-`. */
  readonly differences: readonly Difference[]
  /** What gets another name and keeps its rows. */
  readonly renamed: readonly RenamedPart[]
  /** How many columns each new table has, by its name. */
  readonly columns: Readonly<Record<string, number>>
}

/** What gets another name: `users`, `display_name`, `public_name`; its table is null where it is not a part of one. */
export interface RenamedPart {
  readonly table: string | null
  readonly from: string
  readonly to: string
}
