import { type Constants, candidatesFor } from './candidates.ts'
import { boundsName, type NamedValues } from './named-values.ts'
import { type PlannedColumn, planRows, type RowPlan, type Value } from './row-plans.ts'
import type { ColumnFacts, FillableTable, ForeignKey, TypeMap } from './table-facts.ts'
import { isNumber, isText, kindOf, valuesOf } from './values.ts'

/** Values for some columns that go together: the keys of another table, or what the constraints allow. */
export interface Choice {
  readonly columns: readonly string[]
  /** Row number `k` takes number `k`, from the first again when they are used up. */
  readonly ways: readonly (readonly Value[])[]
  /** Rows of other tables refer to these, so they are left as they are. */
  readonly isKey?: boolean
}

/** How a table is filled. */
export interface TablePlan {
  readonly columns: readonly PlannedColumn[]
  readonly base: (row: number) => Value[]
  readonly rows: readonly RowPlan[]
}

/** What rows are made of. */
export interface PlanFacts {
  readonly types: TypeMap
  readonly named: NamedValues
}

const plainRows = 3
/** As many as rows of other tables refer to. */
const neededRows = 24
const mostPlain = 12

/**
 * The rows to be tried in a table.
 * @param choices what was found for foreign keys and constraints; later ones win.
 */
export function planTable(table: FillableTable, { types, named }: PlanFacts, choices: readonly Choice[]): TablePlan {
  const isKept = choices.filter(({ isKey }) => isKey)
  const keys = new Set([...table.foreignKeys, ...isKept].flatMap(({ columns }) => columns))
  const columns = table.columns.map((column): PlannedColumn => {
    const values = numbered(table, column, types) ?? valuesOf(types, column)
    return {
      ...column,
      values,
      named: namedOf(column, types, named, table.partitioning?.columns.includes(column.name) === true),
      isText: isText(types, column.type),
      isNumber: isNumber(types, column.type),
      mayBeOrphan: /(?:^|_)(?:id|uuid)$|[a-z]Id$/.test(column.name) && !table.primaryKey.includes(column.name),
      isKey: keys.has(column.name) || column.sequence !== null,
    }
  })
  const base = baseOf(table, columns, choices)
  const plain = table.isTouched ? plainCount(table, types, choices) : neededRows
  const rows = planRows(columns, base, plain)
  return { columns, base, rows: table.isTouched ? rows : rows.filter(({ kind }) => kind === 'plain') }
}

const mostNamed = 6

/** Without what is tried of a type anyway. */
function namedOf({ name, type }: ColumnFacts, types: TypeMap, named: NamedValues, dividesRows: boolean): string[] {
  const constants = (dividesRows ? named.get(boundsName) : undefined) ?? named.get(name)
  if (constants === undefined) return []
  const candidates = (of: Constants) => candidatesFor(kindOf(types, type), [], of, [], [])
  const usual = new Set(candidates({ texts: [], numbers: [] }))
  return candidates(constants)
    .filter((value) => !usual.has(value) || constants.numbers.includes(Number(value)))
    .slice(0, mostNamed)
}

const firstNumber: Readonly<Record<string, number>> = { int2: 10_001, int4: 1_000_001, int8: 1_000_001 }

/** Numbers that no migration writes: what identifies a row, and what looks like a reference to one, which so is none to nothing. */
function numbered({ primaryKey }: FillableTable, { name, type, sequence }: ColumnFacts, types: TypeMap) {
  const isId = sequence !== null || primaryKey.includes(name) || /(?:^|_)id$|[a-z]Id$/.test(name)
  const first = firstNumber[types.get(type)?.name ?? '']
  if (!isId || first === undefined) return null
  const values = valuesOf(types, { type, typmod: -1, name })
  return { plain: (k: number) => String(first + (k % 20_000)), awkward: values?.awkward ?? {} }
}

/** So many that each value of an enum, each partition and what else was found is in one of them. */
function plainCount({ columns }: FillableTable, types: TypeMap, choices: readonly Choice[]): number {
  const labels = columns.map(({ type }) => types.get(type)?.labels.length ?? 0)
  const ways = choices.map(({ ways: list }) => Math.min(list.length, 6))
  return Math.min(Math.max(plainRows, ...labels, ...ways), mostPlain)
}

function baseOf(
  { foreignKeys, oid }: FillableTable,
  columns: readonly PlannedColumn[],
  choices: readonly Choice[],
): (row: number) => Value[] {
  const places = new Map(columns.map(({ name }, i) => [name, i]))
  const put = (row: Value[], names: readonly string[], values: readonly Value[]) => {
    for (const [i, name] of names.entries()) {
      const at = places.get(name)
      if (at !== undefined) row[at] = values[i] ?? null
    }
  }
  const own = (k: number): Value[] => {
    const row = columns.map(({ values }): Value => values?.plain(k) ?? null)
    for (const { columns: names, ways } of choices) put(row, names, ways[k % ways.length] ?? [])
    return row
  }
  const toItself = foreignKeys.filter(({ target }) => target === oid)
  const first = own(0)
  return (k) => {
    const row = own(k)
    for (const key of toItself) put(row, key.columns, selfReference(key, k === 0 ? row : first, k, places, columns))
    return row
  }
}

/** The first row refers to nothing where it may, otherwise to itself; of the others some refer to it, all where they must. */
function selfReference(
  { columns: names, targetColumns }: ForeignKey,
  to: readonly Value[],
  k: number,
  places: ReadonlyMap<string, number>,
  columns: readonly PlannedColumn[],
): Value[] {
  const valueAt = (name: string) => to[places.get(name) ?? -1] ?? null
  return names.map((name, i) => {
    const isNull = k % 3 !== 1 && columns[places.get(name) ?? -1]?.notNull === false
    return isNull ? null : valueAt(targetColumns[i] ?? '')
  })
}
