import type { FillableTable } from './table-facts.ts'

/** Tables in an order in which each comes after those that it cannot do without; where there is none, as they come. */
export function fillOrder(tables: readonly FillableTable[]): FillableTable[] {
  const left = [...tables]
  const done = new Set<number>()
  const inside = new Set(tables.map(({ oid }) => oid))
  const ordered: FillableTable[] = []
  const waits = (table: FillableTable, forAll: boolean) =>
    table.foreignKeys.some(
      ({ target, columns }) =>
        target !== table.oid && inside.has(target) && !done.has(target) && (forAll || isNeeded(table, columns)),
    )
  while (left.length > 0) {
    // First those whose references are all there, then those that can leave one empty, then whatever is in a circle.
    const ready = left.findIndex((table) => !waits(table, true))
    const possible = ready === -1 ? left.findIndex((table) => !waits(table, false)) : ready
    const [next] = left.splice(Math.max(possible, 0), 1)
    if (next === undefined) break
    done.add(next.oid)
    ordered.push(next)
  }
  return ordered
}

/** The other tables of a circle in which each cannot do without a row of the next; none where a table is in no circle. */
export function circleOf(table: FillableTable, tables: readonly FillableTable[]): FillableTable[] {
  const neededBy = (one: FillableTable) =>
    tables.filter((other) =>
      one.foreignKeys.some(({ target, columns }) => target === other.oid && isNeeded(one, columns)),
    )
  const reach = (one: FillableTable) => {
    const found = new Set(neededBy(one))
    for (const next of found) for (const further of neededBy(next)) found.add(further)
    return found
  }
  return [...reach(table)].filter((other) => other !== table && reach(other).has(table))
}

function isNeeded({ columns }: FillableTable, names: readonly string[]): boolean {
  return columns.some(({ name, notNull }) => notNull && names.includes(name))
}
