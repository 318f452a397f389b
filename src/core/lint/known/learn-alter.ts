import { nodeAt, nodesIn, relationOf, type TreeNode } from '../../sql/tree.ts'
import { columnType } from './column-type.ts'
import { constraintOf } from './constraint.ts'
import { type MadeBy, withColumn, withConstraint, withNotNull } from './learn-table.ts'
import type { KnownSchema } from './schema.ts'
import type { LintStep } from './step.ts'
import { type LintTable, type MadeIn, nameOfConstraint } from './table.ts'

/** What ALTER TABLE does to a table that is known. */
export function learnAlter(step: LintStep, schema: KnownSchema, origin: MadeIn): void {
  let table = schema.find(relationOf(nodeAt(step.node.relation)))
  if (table === null) return
  const commands = nodesIn(step.node.cmds, 'AlterTableCmd')
  for (const command of commands) table = altered(table, command, { step, origin })
  schema.put(table)
  for (const { subtype, def } of commands) {
    const part = schema.find(relationOf(nodeAt(nodeAt(nodeAt(def).PartitionCmd).name)))
    if (part === null) continue
    if (subtype === 'AT_AttachPartition') schema.put({ ...part, partOf: schema.keyOf(table) })
    if (subtype === 'AT_DetachPartition') schema.put({ ...part, partOf: null })
  }
}

function altered(table: LintTable, command: TreeNode, by: MadeBy): LintTable {
  const name = String(command.name)
  const definition = nodeAt(nodeAt(command.def).ColumnDef)
  switch (command.subtype) {
    case 'AT_AddColumn':
      return command.missing_ok === true && table.columns.has(String(definition.colname))
        ? table
        : withColumn(table, definition, by)
    case 'AT_DropColumn':
      return withoutColumn(table, name)
    case 'AT_AlterColumnType':
      return withType(table, name, columnType(definition))
    case 'AT_SetNotNull':
    case 'AT_DropNotNull':
      return withNotNull(table, [name], command.subtype === 'AT_SetNotNull')
    case 'AT_AddConstraint':
      return withConstraint(table, added(table, nodeAt(nodeAt(command.def).Constraint), by))
    case 'AT_ValidateConstraint':
      return validated(table, name)
    case 'AT_DropConstraint':
      return withoutConstraint(table, name)
    default:
      return table
  }
}

/** A key that takes an index over has its columns. */
function added(table: LintTable, node: TreeNode, by: MadeBy) {
  const constraint = constraintOf(node, null, by)
  if (constraint === null || typeof node.indexname !== 'string') return constraint
  const columns = table.indexes.find((index) => index.name === node.indexname)?.columns ?? []
  return { ...constraint, columns, neverNull: constraint.kind === 'primary key' ? columns : [] }
}

function withoutColumn(table: LintTable, name: string): LintTable {
  const columns = new Map(table.columns)
  columns.delete(name)
  const rest = <T extends { readonly columns: readonly string[] }>(list: readonly T[]) =>
    list.filter((one) => !one.columns.includes(name))
  return { ...table, columns, constraints: rest(table.constraints), indexes: rest(table.indexes) }
}

function withType(table: LintTable, name: string, type: string): LintTable {
  const column = table.columns.get(name)
  return column === undefined ? table : { ...table, columns: new Map(table.columns).set(name, { ...column, type }) }
}

function validated(table: LintTable, name: string): LintTable {
  const constraint = table.constraints.find((one) => nameOfConstraint(table, one) === name)
  if (constraint === undefined) return table
  const constraints = table.constraints.map((one) => (one === constraint ? { ...one, validated: true } : one))
  const whole = { ...table, constraints }
  return constraint.kind === 'not null' ? withNotNull(whole, constraint.columns, true) : whole
}

function withoutConstraint(table: LintTable, name: string): LintTable {
  const isIt = (one: LintTable['constraints'][number]) => nameOfConstraint(table, one) === name
  return {
    ...table,
    constraints: table.constraints.filter((one) => !isIt(one)),
    indexes: table.indexes.filter((index) => index.name !== name),
  }
}
