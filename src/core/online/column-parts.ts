import type { Constraint, Index, Reference, Table } from '../schema/catalog.ts'
import { keyOf } from '../sql/qualified-name.ts'
import { withColumns } from './replace-column.ts'
import { helperColumn, type Retyped, type Twin } from './retyped-column.ts'
import type { TablesInUse } from './tables-in-use.ts'

/** A part of a table that hangs on a column which gets another type. */
export interface ColumnPart {
  readonly table: string
  readonly kind: 'index' | 'unique index' | 'key' | 'check' | 'reference'
  readonly name: string
  /** With the names of the columns themselves, before and as it shall be; of an index from USING on. */
  readonly before: string
  readonly wanted: string
  readonly comment: string | null
}

/** All that hangs on these columns; null where something does that cannot be made a second time. */
export function partsOf(columns: readonly Retyped[], facts: TablesInUse): ColumnPart[] | null {
  const parts: ColumnPart[] = []
  for (const before of facts.before.tables) {
    const wanted = facts.wantedTable(keyOf(before))
    for (const constraint of before.constraints) {
      if (!hangs(before, constraint, columns)) continue
      const then = wanted?.constraints.find(({ name }) => name === constraint.name)
      const part = then === undefined ? null : constraintPart(before, constraint, then)
      if (part === null) return null
      parts.push(part)
    }
    for (const index of before.indexes) {
      if (!isOf(before, afterTable(index), columns)) continue
      const then = wanted?.indexes.find(({ name }) => name === index.name)
      if (then === undefined || !index.valid) return null
      parts.push(indexPart(before, index, then))
    }
  }
  return parts
}

function indexPart(table: Table, index: Index, wanted: Index): ColumnPart {
  const { name, unique, comment } = index
  const kind = unique ? 'unique index' : 'index'
  return { table: keyOf(table), kind, name, before: afterTable(index), wanted: afterTable(wanted), comment }
}

const afterTable = ({ definition }: Index) => definition.replace(/^.*? (?=USING \w+ \()/s, '')

function constraintPart(
  table: Table,
  { kind, name, definition, comment }: Constraint,
  wanted: Constraint,
): ColumnPart | null {
  if (kind === 'exclusion' || / NOT (?:VALID|ENFORCED)$/.test(definition)) return null
  const kinds = { 'primary key': 'key', unique: 'key', check: 'check', 'foreign key': 'reference' } as const
  return { table: keyOf(table), kind: kinds[kind], name, before: definition, wanted: wanted.definition, comment }
}

function hangs(
  table: Table,
  { columns: own, references, definition, kind }: Constraint,
  columns: readonly Retyped[],
): boolean {
  const key = keyOf(table)
  const parent = references === null ? null : parentKey(references)
  return (
    columns.some((one) => one.table === key && own.includes(one.name)) ||
    columns.some((one) => one.table === parent && references?.columns.includes(one.name) === true) ||
    (kind === 'check' && isOf(table, definition, columns))
  )
}

const parentKey = ({ schema, table }: Reference) => keyOf({ schema, name: table })

/** Whether a text of this table names one of them. */
export function isOf(
  table: Pick<Table, 'schema' | 'name'>,
  text: string,
  columns: readonly Pick<Retyped, 'table' | 'name'>[],
): boolean {
  const key = keyOf(table)
  let found = false
  withColumns(text, (name) => {
    found ||= columns.some((one) => one.table === key && one.name === name)
    return null
  })
  return found
}

const reference = /^FOREIGN KEY \((.*?)\) REFERENCES (.*?)\((.*?)\)(.*)$/s

/** The definition of a part with the columns of a side in place of those of the same name. */
export function definitionOf(part: ColumnPart, side: Twin, columns: readonly Retyped[], parent: string | null): string {
  const text = side === 'new' ? part.wanted : part.before
  const of = (table: string | null) => (name: string) => {
    const one = columns.find((column) => column.table === table && column.name === name)
    return one === undefined ? null : helperColumn(one, side)
  }
  if (part.kind !== 'reference') return withColumns(text, of(part.table))
  const [, own = '', path = '', theirs = '', rules = ''] = reference.exec(text) ?? []
  return `FOREIGN KEY (${withColumns(own, of(part.table))}) REFERENCES ${path}(${withColumns(theirs, of(parent))})${rules}`
}

/** The key of the table that a reference refers to; null of any other part. */
export function parentOf({ table, name, kind }: ColumnPart, facts: TablesInUse): string | null {
  if (kind !== 'reference') return null
  const references = facts.table(table)?.constraints.find((one) => one.name === name)?.references
  return references == null ? null : parentKey(references)
}
