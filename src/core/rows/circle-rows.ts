import type { Value } from './row-plans.ts'
import type { FillableTable } from './table-facts.ts'

/** A row of a table in a circle. */
export interface CircleRow {
  readonly table: FillableTable
  readonly values: Readonly<Record<string, Value>>
}

/** The rows of a circle that may stay, because all that they refer to within it stay too. */
export function standing<R extends CircleRow>(circle: readonly FillableTable[], rows: readonly R[]): R[] {
  const kept = rows.filter((row) => referred(circle, row, rows) !== null)
  return kept.length === rows.length ? kept : standing(circle, kept)
}

/** Of each row the others of its circle that it cannot be without: those that it refers to, those that they refer to, and so on. */
export function companions<R extends CircleRow>(
  circle: readonly FillableTable[],
  rows: readonly R[],
): [R, readonly R[]][] {
  const next = new Map(rows.map((row) => [row, referred(circle, row, rows) ?? []]))
  return rows.map((row) => {
    const found = new Set(next.get(row))
    for (const one of found) for (const further of next.get(one) ?? []) found.add(further)
    return [row, [...found].filter((one) => one !== row)]
  })
}

/** The rows of the circle that a row refers to; null where one is not there. */
function referred<R extends CircleRow>(circle: readonly FillableTable[], row: R, rows: readonly R[]): R[] | null {
  const found: R[] = []
  for (const { columns, target, targetColumns } of row.table.foreignKeys) {
    const isOther = circle.every(({ oid }) => oid !== target)
    if (isOther || columns.some((name) => row.values[name] == null)) continue
    const one = rows.find(
      ({ table, values }) =>
        table.oid === target && columns.every((name, i) => row.values[name] === values[targetColumns[i] ?? '']),
    )
    if (one === undefined) return null
    found.push(one)
  }
  return found
}
