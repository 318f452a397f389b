import { counted, grouped } from './quantities.ts'

/** A table as a run must leave it: another name does not make it another table. */
export interface CountedTable {
  readonly oid: string
  /** Qualified and quoted as SQL wants it. */
  readonly name: string
  readonly rows: number
}

/** What a run must leave as it was, in figures. */
export interface Figures {
  /** Each of the user's tables, partitions apart. */
  readonly tables: readonly CountedTable[]
  /** Tables that hide rows from the role that counts, so that nothing can be said of them. */
  readonly hidden: readonly string[]
  readonly invalidIndexes: readonly string[]
  /** `constraint on table` for those that are NOT VALID. */
  readonly unvalidated: readonly string[]
  /** `sequence of table.column` for those whose next value is taken already. */
  readonly sequencesBehind: readonly string[]
}

export interface UpdateVerdict {
  /** What is not as it should be, whoever left it so: told, and no fault of the run. */
  readonly notes: readonly string[]
  /** What holds of the whole database, as a person reads it. */
  readonly holds: readonly string[]
  /** Tables that have fewer rows than before, or are gone. */
  readonly lost: readonly string[]
  /** The same where the run took none of them: an application did. */
  readonly others: readonly string[]
}

/**
 * What can be said of a database after a run, by two looks at it.
 * @param taken the tables that the run took rows of; null where that is not known, and each may be one.
 */
export function verdictOf(before: Figures, after: Figures, taken: ReadonlySet<string> | null): UpdateVerdict {
  const byOid = new Map(after.tables.map((table) => [table.oid, table]))
  const byName = new Map(after.tables.map((table) => [table.name, table]))
  const fewer = before.tables.flatMap(({ oid, name, rows }) => {
    // One that was renamed is the same; one that was made anew under the name stands for the old one.
    const now = [byOid.get(oid), byName.get(name)].flatMap((table) => table?.rows ?? [])
    const most = Math.max(-1, ...now)
    if (rows === 0 || most >= rows || after.hidden.includes(name)) return []
    const what =
      most < 0
        ? `${name} is gone, with ${counted(rows, 'row')}`
        : `${name} has ${counted(most, 'row')}, it had ${grouped(rows)}`
    return [{ what, isOurs: taken === null || taken.has(name) }]
  })
  const { invalidIndexes, unvalidated, sequencesBehind } = after
  return {
    notes: [
      ...invalidIndexes.map((index) => `index ${index} is INVALID`),
      ...unvalidated.map((constraint) => `constraint ${constraint} is not validated`),
      ...sequencesBehind.map((sequence) => `${sequence} is behind its column`),
      ...after.hidden.map(
        (name) => `${shown(name)} hides rows from this role by row level security: they were not counted`,
      ),
    ],
    holds: [
      ...(invalidIndexes.length === 0 ? ['no index is INVALID'] : []),
      ...(unvalidated.length === 0 ? ['no constraint is unvalidated'] : []),
      ...(sequencesBehind.length + after.hidden.length === 0 ? ['no sequence is behind'] : []),
    ],
    lost: fewer.flatMap(({ what, isOurs }) => (isOurs ? [what] : [])),
    others: fewer.flatMap(({ what, isOurs }) => (isOurs ? [] : [what])),
  }
}

/** Which tables have another number of rows than before: `orders has 3 more rows`. */
export function changesSince(before: Figures, after: Figures): string[] {
  const was = new Map(before.tables.map((table) => [table.oid, table]))
  const is = new Set(after.tables.map(({ oid }) => oid))
  const hides = new Set([...before.hidden, ...after.hidden])
  const changed = after.tables.flatMap(({ oid, name, rows }) => {
    const old = was.get(oid)
    if (hides.has(name)) return []
    if (old === undefined) return [`${shown(name)} is new, with ${counted(rows, 'row')}`]
    const more = rows - old.rows
    if (more === 0) return []
    return [`${shown(name)} has ${counted(Math.abs(more), more > 0 ? 'more row' : 'fewer row')}`]
  })
  const gone = before.tables
    .filter(({ oid, name }) => !is.has(oid) && !hides.has(name))
    .map(({ name }) => `${shown(name)} is gone`)
  return [...changed, ...gone]
}

const shown = (name: string) => name.replace(/^public\./, '')
