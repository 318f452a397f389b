/** One statement of a generated migration. */
export interface Change {
  readonly sql: string
  /** The table that it is about: `public.users`. */
  readonly table: string | null
  /** What it makes can be used only after it is committed: a new value of an enum. */
  readonly commitsFirst: boolean
  /** It takes a foreign key away, which stands on a key of another table. */
  readonly freesKey: boolean
  /** Nothing passes it, and it stays by itself: what stands before a rename uses the one name, what follows the other. */
  readonly keepsPlace?: boolean
  /** What is said above it, instead of what its like does to rows and to those who use the table. */
  readonly remarks?: readonly string[]
  /** The statements that this one stands for. */
  readonly parts?: readonly string[]
}

/** One of our own, which asks for no place of its own in the order. */
export function plainChange(sql: string, table: string | null): Change {
  return { sql, table, commitsFirst: false, freesKey: false }
}

/** One that stands where it was put, with what is said above it. */
export function placedChange(sql: string, table: string | null, ...remarks: readonly string[]): Change {
  return { ...plainChange(sql, table), keepsPlace: true, remarks }
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
