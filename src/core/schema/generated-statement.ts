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

/** Statements of this form on different tables may change places. */
const isLocal = (sql: string): boolean =>
  (/^CREATE (?:UNLOGGED )?TABLE /.test(sql) && !/ PARTITION OF | INHERITS /.test(sql)) ||
  /^ALTER TABLE .* (?:ADD COLUMN|ALTER COLUMN|DROP COLUMN|ADD CONSTRAINT|DROP CONSTRAINT) /s.test(sql) ||
  /^(?:CREATE (?:UNIQUE )?INDEX|COMMENT ON (?:TABLE|COLUMN|CONSTRAINT)) /.test(sql)

const addsReference = (sql: string) => /^ALTER TABLE .* ADD CONSTRAINT .* FOREIGN KEY /s.test(sql)

/**
 * The same statements in an order for a reader: new enum values first, which must be committed before they are used;
 * what belongs to one table together, where that is safe; references last, for they join tables.
 */
export function forReading(changes: readonly Change[]): Change[] {
  const at = changes.findIndex(({ renames }) => renames)
  if (at === -1) return ordered(changes)
  return [...ordered(changes.slice(0, at)), ...changes.slice(at, at + 1), ...forReading(changes.slice(at + 1))]
}

function ordered(changes: readonly Change[]): Change[] {
  const values = changes.filter((change) => change.commitsFirst)
  const later = changes.filter((change) => !change.commitsFirst)
  const references = later.filter(({ sql }) => addsReference(sql))
  const rest = later.filter(({ sql }) => !addsReference(sql))
  const done: Change[] = []
  let segment: Change[] = []
  const close = () => {
    for (const first of [true, false]) done.push(...byTable(segment).filter(({ freesKey }) => freesKey === first))
    segment = []
  }
  for (const change of rest) {
    if (change.table !== null && isLocal(change.sql)) segment.push(change)
    else {
      close()
      done.push(change)
    }
  }
  close()
  return [...values, ...done, ...byTable(references)]
}

/** Those on one table together, the tables in the order in which they come first. */
function byTable(changes: readonly Change[]): Change[] {
  const groups = new Map<string | null, Change[]>()
  for (const change of changes) {
    const group = groups.get(change.table)
    if (group === undefined) groups.set(change.table, [change])
    else group.push(change)
  }
  return [...groups.values()].flat()
}
