import { valueInShort } from '../../core/rows/lost-rows.ts'
import { type Choice, type PlanFacts, planTable, type TablePlan } from '../../core/rows/plan-table.ts'
import { isExtreme, type PlannedColumn, type RowKind, type RowPlan, type Value } from '../../core/rows/row-plans.ts'
import type { FillableTable, ForeignKey } from '../../core/rows/table-facts.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import type { Client } from '../driver/pg.ts'
import { findChoice, type Refusal } from './find-choice.ts'

/** A row that is in, and how it gets in again. */
export interface FilledRow {
  readonly table: FillableTable
  readonly kind: RowKind
  readonly isExtreme: boolean
  readonly values: Readonly<Record<string, Value>>
  /** The same for a person. */
  readonly words: Readonly<Record<string, string>>
  readonly sql: string
}

export interface FilledTable {
  readonly table: FillableTable
  readonly rows: readonly FilledRow[]
  /** Why there is no row in it; null where there is one. */
  readonly problem: string | null
}

/** What rows are made of. */
export interface FillFacts extends PlanFacts {
  /** What random texts depend on. */
  readonly seed: number
}

const keysTaken = 60

/** Tables that need rows of each other. */
interface Circle {
  /** Keys that wait until all tables are filled. */
  readonly keys: readonly (ForeignKey & { readonly table: FillableTable })[]
  readonly filled: readonly FilledTable[]
}

interface Into {
  readonly table: FillableTable
  readonly columns: readonly PlannedColumn[]
}

/**
 * Fills a table with rows that its constraints allow, in the transaction that is open.
 * @param circle what is known of the circle that the table is in.
 * @throws what the server says.
 */
export async function fillTable(
  client: Client,
  table: FillableTable,
  facts: FillFacts,
  circle: Circle = { keys: [], filled: [] },
): Promise<FilledTable> {
  const names = table.columns.map(({ name }) => name)
  if (names.length === 0) return { table, rows: [], problem: 'it has no column that an INSERT may name' }
  const choices = [...(await referenceChoices(client, table, circle)), ...wantedChoices(table, circle)]
  let plan = planTable(table, facts, choices)
  const found = await findChoice(client, table, facts.types, plan, facts.seed)
  if (found.choices.length > 0) plan = planTable(table, facts, [...choices, ...found.choices])
  const filled = await insertPlanned(client, table, plan)
  // The first row may be one that another one is in the way of.
  return filled.problem === null || found.refusal === null ? filled : { ...filled, problem: found.refusal.message }
}

async function insertPlanned(client: Client, table: FillableTable, plan: TablePlan): Promise<FilledTable> {
  const { rows } = await client.query<{ done: (string[] | Refusal)[] }>({
    text: 'SELECT nself.fill_rows($1, $2, $3) AS done',
    values: [table.sql, columnList(table), JSON.stringify(plan.rows.map(asSql))],
  })
  const done = rows[0]?.done ?? []
  const filled = done.flatMap((values, i): FilledRow[] => {
    const row = plan.rows[i]
    return Array.isArray(values) && row !== undefined ? [rowOf({ table, columns: plan.columns }, row, values)] : []
  })
  const refused = done.find((one): one is Refusal => !Array.isArray(one))
  return { table, rows: filled, problem: filled.length > 0 ? null : (refused?.message ?? 'no row could be made') }
}

const asSql = ({ wanted, base, backwards }: RowPlan) => ({
  wanted: wanted.map(quoteLiteral),
  base: base.map(quoteLiteral),
  backwards,
})

const columnList = ({ columns }: FillableTable): string => columns.map(({ name }) => quoteIdentifier(name)).join(', ')

function rowOf({ table, columns }: Into, { kind, wanted, base }: RowPlan, literals: readonly string[]): FilledRow {
  const values = columns.map((_, i): Value => {
    const at = [wanted, base].find((list) => quoteLiteral(list[i] ?? null) === literals[i])
    return at?.[i] ?? null
  })
  const byName = <T>(of: (column: PlannedColumn, value: Value) => T) =>
    Object.fromEntries(columns.map((column, i) => [column.name, of(column, values[i] ?? null)]))
  return {
    table,
    kind,
    isExtreme: isExtreme(kind),
    values: byName((_, value) => value),
    words: byName(({ isNumber }, value) => (isNumber && value !== null ? value : valueInShort(value))),
    sql: `INSERT INTO ${table.sql} (${columnList(table)}) OVERRIDING SYSTEM VALUE VALUES (${literals.join(', ')})`,
  }
}

/** The keys of other tables that rows of this one may have. A key into a table that is empty yet is left NULL, or made up where it waits. */
async function referenceChoices(
  client: Client,
  { foreignKeys, oid }: FillableTable,
  circle: Circle,
): Promise<Choice[]> {
  const choices: Choice[] = []
  for (const { name, columns, target, targetSql, targetColumns } of foreignKeys) {
    const waits = circle.keys.some((key) => key.name === name && key.table.oid === oid)
    if (target === oid || waits) continue
    const inCircle = circle.filled.find(({ table }) => table.oid === target)
    if (inCircle !== undefined) {
      choices.push({ columns, ways: valuesIn(inCircle.rows, targetColumns) })
      continue
    }
    const list = targetColumns.map((column) => `${quoteIdentifier(column)}::text`).join(', ')
    const whole = targetColumns.map((column) => `${quoteIdentifier(column)} IS NOT NULL`).join(' AND ')
    const order = targetColumns.map(quoteIdentifier).join(', ')
    const { rows } = await client.query<string[]>({
      text: `SELECT ${list} FROM ${targetSql} WHERE ${whole} ORDER BY ${order} LIMIT ${keysTaken}`,
      rowMode: 'array',
    })
    choices.push({ columns, ways: rows.length === 0 ? [columns.map(() => null)] : rows })
  }
  return choices
}

/** The keys that rows of the circle have made up for this table. */
function wantedChoices({ oid }: FillableTable, { keys, filled }: Circle): Choice[] {
  return keys
    .filter(({ target }) => target === oid)
    .map(({ table, columns, targetColumns }) => {
      const rows = filled.find((one) => one.table === table)?.rows ?? []
      return { columns: targetColumns, ways: valuesIn(rows, columns), isKey: true }
    })
}

/** What rows have in these columns, without NULL. */
function valuesIn(rows: readonly FilledRow[], columns: readonly string[]): Value[][] {
  const found = rows.map(({ values }) => columns.map((name) => values[name] ?? null))
  const whole = found.filter((values) => !values.includes(null))
  return [...new Map(whole.map((values) => [JSON.stringify(values), values])).values()]
}
