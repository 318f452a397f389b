import { listAt, nodeAt, nodesIn, relationOf, type TreeNode } from '../../sql/tree.ts'
import { columnType, isSerial } from './column-type.ts'
import { constraintOf } from './constraint.ts'
import type { KnownSchema } from './schema.ts'
import type { LintStep } from './step.ts'
import { type KnownColumn, type KnownConstraint, type LintTable, type MadeIn, nameOfConstraint } from './table.ts'

export interface MadeBy {
  readonly step: LintStep
  readonly origin: MadeIn
}

/** A table without anything in it, of the RangeVar that names it. */
export function newTable(range: unknown, schema: KnownSchema, origin: MadeIn): LintTable {
  const node = nodeAt(range)
  const name = relationOf(nodeAt(node.RangeVar ?? node))
  return {
    schema: schema.schemaOf(name),
    name: name.name,
    isTemporary: node.relpersistence === 't',
    isPartitioned: false,
    partOf: null,
    origin,
    namedBy: origin,
    columns: new Map(),
    constraints: [],
    indexes: [],
    formerIndexes: [],
  }
}

/** A table with what stands in the parentheses of CREATE TABLE. */
export function withElements(table: LintTable, elements: readonly unknown[], by: MadeBy): LintTable {
  let whole = table
  for (const definition of nodesIn(elements, 'ColumnDef')) whole = withColumn(whole, definition, by)
  for (const node of nodesIn(elements, 'Constraint')) whole = withConstraint(whole, constraintOf(node, null, by))
  return whole
}

/** The table with a column that a statement adds, and with the constraints that stand in its definition. */
export function withColumn(table: LintTable, definition: TreeNode, by: MadeBy): LintTable {
  const name = String(definition.colname)
  const nodes = nodesIn(listAt(definition.constraints), 'Constraint')
  const isIdentity = nodes.some(({ contype }) => contype === 'CONSTR_IDENTITY')
  const notNull = isSerial(definition) || isIdentity
  const column: KnownColumn = { type: columnType(definition), notNull, origin: by.origin }
  let whole: LintTable = { ...table, columns: new Map(table.columns).set(name, column) }
  for (const node of nodes) whole = withConstraint(whole, constraintOf(node, name, by))
  return whole
}

/** A table with a constraint more: its columns know whether they can be NULL, and a key has an index. */
export function withConstraint(table: LintTable, constraint: KnownConstraint | null): LintTable {
  if (constraint === null) return table
  const { kind, columns, validated } = constraint
  const isKey = kind === 'primary key' || kind === 'unique'
  const whole = {
    ...table,
    constraints: [...table.constraints, constraint],
    indexes: isKey
      ? [...table.indexes, { name: nameOfConstraint(table, constraint), columns, isPartial: false }]
      : table.indexes,
  }
  return (kind === 'primary key' || kind === 'not null') && validated ? withNotNull(whole, columns, true) : whole
}

/** The table with these columns NOT NULL, or no longer; names that it does not have are passed over. */
export function withNotNull(table: LintTable, names: readonly string[], notNull: boolean): LintTable {
  const columns = new Map(table.columns)
  for (const name of names) {
    const column = columns.get(name)
    if (column !== undefined) columns.set(name, { ...column, notNull })
  }
  return { ...table, columns }
}
