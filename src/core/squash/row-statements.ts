import { NselfError } from '../errors.ts'
import { grouped } from '../quantities.ts'

/** A table that has rows, as a statement is to make them again. */
export interface RowsTable {
  /** As SQL takes it, with its schema. */
  readonly name: string
  /** Of the columns that take a value, as SQL takes them; a plain one is a number or a truth value, which needs no quotes. */
  readonly columns: readonly { readonly name: string; readonly plain: boolean }[]
  /** One of its columns takes values only where that is insisted on. */
  readonly insists: boolean
  /** Its policies hold for its owner too, who could then not insert all that is there. */
  readonly hidesFromOwner: boolean
  /** What would run for each row, and how it is switched on again. */
  readonly triggers: readonly Switched[]
  /** The same of rules. */
  readonly rules: readonly Switched[]
  /** The tables that its rows refer to. */
  readonly references: readonly string[]
}

interface Switched {
  readonly name: string
  readonly state: 'ENABLE' | 'ENABLE ALWAYS'
}

/** These in an order in which each comes after those that its rows refer to, as far as there is one. */
export function referencedFirst(tables: readonly RowsTable[]): RowsTable[] {
  const byName = new Map(tables.map((table) => [table.name, table]))
  const done = new Set<RowsTable>()
  const open = new Set<RowsTable>()
  const visit = (table: RowsTable) => {
    if (done.has(table) || open.has(table)) return
    open.add(table)
    for (const name of table.references) {
      const other = byName.get(name)
      if (other !== undefined) visit(other)
    }
    done.add(table)
  }
  for (const table of tables) visit(table)
  return [...done]
}

/** SQL for the rows of a table as texts, each in parentheses as VALUES takes it, in the order in which they are there. */
export function rowTextsSql({ name, columns }: RowsTable): string {
  const value = (column: RowsTable['columns'][number]) => {
    const one = `one.${column.name}`
    const text = column.plain ? `${one}::text` : `quote_literal(format('%s', ${one}))`
    // Of a composite value whose fields are all null IS NULL is true.
    return `CASE WHEN num_nulls(${one}) = 1 THEN 'NULL' ELSE ${text} END`
  }
  const all = columns.length === 0 ? "''" : columns.map(value).join(` || ', ' || `)
  return `SELECT '(' || ${all} || ')' AS row FROM ONLY ${name} AS one ORDER BY one.ctid`
}

/** The statements that make these rows, a line each, with what would run for each of them switched off. */
export function rowLines(table: RowsTable, rows: readonly string[]): string[] {
  const { name, columns, insists, hidesFromOwner, triggers, rules } = table
  if (rows.length === 0) return []
  const switched = [
    ...triggers.map((one) => ({ ...one, kind: 'TRIGGER' })),
    ...rules.map((one) => ({ ...one, kind: 'RULE' })),
  ]
  const force = (how: string) => (hidesFromOwner ? [`ALTER TABLE ${name} ${how} ROW LEVEL SECURITY;`] : [])
  const off = switched.map((one) => `ALTER TABLE ${name} DISABLE ${one.kind} ${one.name};`).concat(force('NO FORCE'))
  const on = force('FORCE').concat(switched.map((one) => `ALTER TABLE ${name} ${one.state} ${one.kind} ${one.name};`))
  const names = columns.map((column) => column.name).join(', ')
  const values = rows.map((row, i) => `  ${row}${i === rows.length - 1 ? ';' : ','}`)
  const insert =
    columns.length === 0
      ? rows.map(() => `INSERT INTO ${name} DEFAULT VALUES;`)
      : [`INSERT INTO ${name} (${names})${insists ? ' OVERRIDING SYSTEM VALUE' : ''} VALUES`, ...values]
  return [...off, ...insert, ...on, '']
}

/** More is no longer read and reviewed by anybody, and has its place in a seed. */
const mostBytes = 2_000_000

/** @throws NselfError `refused` where rows would take more room than a migration should. */
export function refuseManyRows(
  tables: readonly { readonly name: string; readonly rows: number; readonly bytes: number }[],
): void {
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0)
  if (bytes <= mostBytes) return
  const largest = tables.toSorted((a, b) => b.bytes - a.bytes).slice(0, 3)
  const named = largest.map(({ name, rows }) => `${name} (${grouped(rows)} rows)`).join(', ')
  throw new NselfError(
    'refused',
    `the rows that these migrations insert take ${Math.ceil(bytes / 1_000_000)} MB, more than the 2 MB that a squashed file may hold: ${named}`,
    {
      hint: 'squash up to the migration before the one that inserts them, or move them into a seed first: nself db seed create; nothing was written',
    },
  )
}
