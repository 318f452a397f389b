/** One statement of a generated migration. */
export interface Change {
  readonly sql: string
  /** The table that it is about: `public.users`. */
  readonly table: string | null
  /** What it makes can be used only after it is committed: a new value of an enum. */
  readonly commitsFirst: boolean
  /** It takes a foreign key away, which stands on a key of another table. */
  readonly freesKey: boolean
  /** What stands before it uses the one name, what stands behind it the other. */
  readonly renames?: boolean
  /** The statements that this one stands for. */
  readonly parts?: readonly string[]
}

/** One of our own, which asks for no place of its own in the order. */
export function plainChange(sql: string, table: string | null): Change {
  return { sql, table, commitsFirst: false, freesKey: false }
}

/**
 * The same statements, in which a function may use what comes only after it, as its body in a string may: PostgreSQL
 * then reads it when it is called, as after pg_dump.
 */
export function withUncheckedBodies(changes: readonly Change[]): Change[] {
  const isChecked = ({ sql }: Change) => /^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE) .*\sLANGUAGE sql\s/s.test(sql)
  const unchecked = plainChange('SET check_function_bodies = off', null)
  return changes.some(isChecked) ? [unchecked, ...changes] : [...changes]
}
