import type { AwkwardKind, Values } from './scalar-values.ts'
import { awkwardKinds } from './scalar-values.ts'
import type { ColumnFacts } from './table-facts.ts'

/** A value as the server reads it; null for NULL. */
export type Value = string | null

/** What is special of a row. */
export type RowKind = 'plain' | 'duplicate' | 'null' | 'orphan' | 'named' | AwkwardKind

/** Kinds of rows that no application would write, though the constraints allow them. */
const extremes: ReadonlySet<RowKind> = new Set(['unicode', 'low', 'high', 'special', 'odd'])
/** Whether rows of this kind are told apart from those that an application would write. */
export const isExtreme = (kind: RowKind): boolean => extremes.has(kind)

/** A row to be tried. */
export interface RowPlan {
  readonly kind: RowKind
  /** What is wanted; of this as much as the constraints allow, column by column. */
  readonly wanted: readonly Value[]
  /** What is taken where it is not allowed. */
  readonly base: readonly Value[]
  /** The columns are gone through from the last to the first. */
  readonly backwards: boolean
}

export interface PlannedColumn extends ColumnFacts {
  /** Null for a type whose values are not known: its base alone is used. */
  readonly values: Values | null
  /** What the migration compares it with. */
  readonly named: readonly string[]
  readonly isText: boolean
  readonly isNumber: boolean
  /** It looks like a reference though no foreign key says so. */
  readonly mayBeOrphan: boolean
  /** A key, of the table or of another one: it is left as it is. */
  readonly isKey: boolean
}

type Change = (column: PlannedColumn, i: number, was: Value) => Value
type AddRow = (kind: RowKind, change: Change, backwards?: boolean) => void

const nullsAlone = 10
/** So many values of a column are also in two rows that are alike otherwise. */
const namedTwice = 3

/**
 * The rows of a table: plain ones, and each kind of awkward ones.
 * @param base the values that are taken where nothing is special, for the row of that number.
 * @param plain how many plain rows there are.
 */
export function planRows(
  columns: readonly PlannedColumn[],
  base: (row: number) => readonly Value[],
  plain: number,
): RowPlan[] {
  const plans: RowPlan[] = []
  const add: AddRow = (kind, change, backwards = false) => {
    const own = base(plans.length)
    const wanted = columns.map((column, i) => change(column, i, own[i] ?? null))
    if (kind === 'plain' || wanted.some((value, i) => value !== own[i]))
      plans.push({ kind, wanted, base: own, backwards })
  }
  for (let k = 0; k < plain; k++) add('plain', ({ isKey, values }, _, was) => (isKey ? was : (values?.plain(k) ?? was)))
  const first = plans[0]?.wanted ?? []
  add('duplicate', (_, i) => first[i] ?? null)
  add('duplicate', (_, i) => first[i] ?? null, true)
  add('duplicate', ({ isText }, i) => (isText ? (first[i]?.toUpperCase() ?? null) : (first[i] ?? null)))
  add('duplicate', (_, i) => (first[i] == null ? null : nearly(first[i])))
  const nullable = columns.flatMap(({ notNull }, i) => (notNull ? [] : [i]))
  add('null', ({ notNull }, _, was) => (notNull ? was : null))
  if (nullable.length > 1) {
    for (const one of nullable.slice(0, nullsAlone)) add('null', (_, i, was) => (i === one ? null : was))
  }
  add('orphan', ({ mayBeOrphan, values, isKey }, _, was) =>
    mayBeOrphan && !isKey ? (values?.plain(876_542) ?? was) : was,
  )
  addNamed(columns, add, first)
  for (const kind of awkwardKinds) {
    add(kind, ({ values, isKey }, _, was) => (isKey ? was : (values?.awkward[kind] ?? was)))
  }
  return plans
}

/** Rows with what the migration names: by themselves, and two that are alike, which only a condition keeps from being duplicates. */
function addNamed(columns: readonly PlannedColumn[], add: AddRow, first: readonly Value[]): void {
  const namedOr = ({ isKey, named }: PlannedColumn, k: number, was: Value) =>
    isKey ? was : (named[k % named.length] ?? was)
  const most = Math.max(0, ...columns.map(({ isKey, named }) => (isKey ? 0 : named.length)))
  for (let k = 0; k < most; k++) add('named', (column, _, was) => namedOr(column, k, was))
  for (let k = 0; k < Math.min(most, namedTwice); k++) {
    for (let copy = 0; copy < 2; copy++) add('duplicate', (column, i) => namedOr(column, k, first[i] ?? null))
  }
}

/** A value that is another one, and the same once it is trimmed, rounded or cut to its day. */
function nearly(value: string): string {
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(value)) return value.replace(/ \d\d:\d\d:\d\d/, ' 23:45:00')
  return /^\d+\.5$/.test(value) ? value.replace(/5$/, '6') : /^[\d\W]*$/.test(value) ? value : `${value} `
}
