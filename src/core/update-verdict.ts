/** What a run must leave as it was, in figures; names are qualified and quoted as SQL wants them. */
export interface Figures {
  /** Rows of each of the user's tables, partitions apart. */
  readonly rows: ReadonlyMap<string, number>
  readonly invalidIndexes: readonly string[]
  /** `constraint on table` for those that are NOT VALID. */
  readonly unvalidated: readonly string[]
  /** `sequence of table.column` for those whose next value is taken already. */
  readonly sequencesBehind: readonly string[]
}

export interface Verdict {
  /** What is wrong since the run. */
  readonly problems: readonly string[]
  /** Tables that have fewer rows than before, or are gone. */
  readonly lost: readonly string[]
  /** The same where the run took none of them: an application did. */
  readonly others: readonly string[]
}

/**
 * What got worse between two looks at a database.
 * @param taken the tables that the run took rows of; null where that is not known, and each may be one.
 */
export function verdictOf(before: Figures, after: Figures, taken: ReadonlySet<string> | null): Verdict {
  const added = (list: (figures: Figures) => readonly string[]) =>
    list(after).filter((item) => !list(before).includes(item))
  const fewer = [...before.rows].flatMap(([table, rows]) => {
    const now = after.rows.get(table)
    if (rows === 0 || (now !== undefined && now >= rows)) return []
    const what = now === undefined ? `${table} is gone, with ${rows} rows` : `${table} has ${now} rows, it had ${rows}`
    return [{ what, isOurs: taken === null || taken.has(table) }]
  })
  return {
    problems: [
      ...added((figures) => figures.invalidIndexes).map((index) => `index ${index} is INVALID`),
      ...added((figures) => figures.unvalidated).map((constraint) => `constraint ${constraint} is not validated`),
      ...added((figures) => figures.sequencesBehind).map((sequence) => `${sequence} is behind its column`),
    ],
    lost: fewer.flatMap(({ what, isOurs }) => (isOurs ? [what] : [])),
    others: fewer.flatMap(({ what, isOurs }) => (isOurs ? [] : [what])),
  }
}
