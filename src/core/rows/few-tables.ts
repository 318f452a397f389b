import type { FillableTable } from './table-facts.ts'

/**
 * A few tables whose rows still fail, of tables in the order in which they were filled: the shortest beginning that does,
 * and of that only what its last table refers to, where that is enough. No table goes that one of those left refers to.
 * @param fails whether the rows of these tables fail; all are known to.
 */
export async function fewTables(
  tables: readonly FillableTable[],
  fails: (some: readonly FillableTable[]) => Promise<boolean>,
): Promise<readonly FillableTable[]> {
  let [low, high] = [1, tables.length]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (await fails(tables.slice(0, middle))) high = middle
    else low = middle + 1
  }
  const beginning = tables.slice(0, high)
  const last = beginning.at(-1)
  if (last === undefined) return beginning
  const near = withReferenced(last, beginning)
  return near.length < beginning.length && (await fails(near)) ? near : beginning
}

/** A table and those that it refers to, and they. */
function withReferenced(table: FillableTable, tables: readonly FillableTable[]): FillableTable[] {
  const found = new Set([table])
  for (const { foreignKeys } of found) {
    for (const { target } of foreignKeys) for (const one of tables) if (one.oid === target) found.add(one)
  }
  return tables.filter((one) => found.has(one))
}
