import type { FillableTable } from './table-facts.ts'

/**
 * Tables in an order in which each comes after those that it cannot do without. Those of a circle, each of which cannot do
 * without a row of the next, are one group; any other table is a group of its own.
 */
export function fillOrder(tables: readonly FillableTable[]): FillableTable[][] {
  let left = [...tables]
  const groups: FillableTable[][] = []
  while (left.length > 0) {
    const isLeft = (target: number) => left.some(({ oid }) => oid === target)
    const waits = (table: FillableTable, inGroup: readonly FillableTable[], forAll: boolean) =>
      table.foreignKeys.some(
        ({ target, columns }) =>
          isLeft(target) && !inGroup.some(({ oid }) => oid === target) && (forAll || isNeeded(table, columns)),
      )
    // First those whose references are all there, then those that can leave one empty, then a circle that needs no other.
    const one =
      left.find((table) => !waits(table, [table], true)) ?? left.find((table) => !waits(table, [table], false))
    const group = one === undefined ? firstCircle(left, waits) : [one]
    left = left.filter((table) => !group.includes(table))
    groups.push(group)
  }
  return groups
}

type Waits = (table: FillableTable, inGroup: readonly FillableTable[], forAll: boolean) => boolean

function firstCircle(left: readonly FillableTable[], waits: Waits): FillableTable[] {
  const circles = left.map((table) => circleOf(table, left))
  return circles.find((circle) => circle.every((table) => !waits(table, circle, false))) ?? [...left]
}

/** A table and those that it cannot do without, and that cannot do without it. */
function circleOf(table: FillableTable, tables: readonly FillableTable[]): FillableTable[] {
  const neededBy = (one: FillableTable) =>
    tables.filter((other) =>
      one.foreignKeys.some(({ target, columns }) => target === other.oid && isNeeded(one, columns)),
    )
  const reach = (one: FillableTable) => {
    const found = new Set(neededBy(one))
    for (const next of found) for (const further of neededBy(next)) found.add(further)
    return found
  }
  const reached = reach(table)
  return tables.filter((other) => other === table || (reached.has(other) && reach(other).has(table)))
}

/** Whether a row must have a value in one of these columns. */
export function isNeeded({ columns }: FillableTable, names: readonly string[]): boolean {
  return columns.some(({ name, notNull }) => notNull && names.includes(name))
}
