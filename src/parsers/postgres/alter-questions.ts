import type { RunTable } from '../../core/probe/run-tables.ts'
import { nodeAt, nodesIn, relationOf, type TreeNode, wordsOf } from '../../core/sql/tree.ts'
import { addColumn, columnQuestions } from './column-questions.ts'
import { constraintQuestions } from './constraint-questions.ts'
import type { LookedAt } from './looked-at.ts'
import { attachQuestions, detaches } from './partition-questions.ts'
import { keptUniqueQuestion, retypeLayer, retypeQuestion } from './retype-questions.ts'

const inheritsTables = new Set(['OBJECT_TABLE', 'OBJECT_FOREIGN_TABLE'])

/**
 * ALTER TABLE: new values are computed of the rows as they are before it, constraints hold for the rows as they are
 * after all of its commands.
 */
export function alterTable(node: TreeNode, look: LookedAt): void {
  if (!inheritsTables.has(String(node.objtype ?? 'OBJECT_TABLE'))) return
  const table = look.tables.find(relationOf(nodeAt(node.relation)))
  if (node.missing_ok === true) table.mayBeNew = true
  const commands = nodesIn(node.cmds, 'AlterTableCmd')
  for (const command of commands) if (command.subtype === 'AT_AlterColumnType') retypeQuestion(command, table, look)
  for (const command of commands) changeLayer(command, table, look)
  for (const command of commands) questions(command, table, look)
}

function changeLayer(command: TreeNode, table: RunTable, look: LookedAt): void {
  const alias = table.name.name
  if (command.subtype === 'AT_DropConstraint') look.tables.dropped.add(String(command.name))
  if (command.subtype === 'AT_DropColumn') table.add({ kind: 'drop', column: String(command.name), alias })
  if (command.subtype === 'AT_AlterColumnType') retypeLayer(command, table, look)
  if (command.subtype === 'AT_AddColumn') addColumn(nodeAt(nodeAt(command.def).ColumnDef), table, look)
}

const rewriting = new Set(['AT_SetLogged', 'AT_SetUnLogged', 'AT_SetAccessMethod', 'AT_SetTableSpace'])
const light = new Set(['AT_SetStatistics', 'AT_SetRelOptions', 'AT_ResetRelOptions', 'AT_ValidateConstraint'])

function questions(command: TreeNode, table: RunTable, look: LookedAt): void {
  const { ask, touch, tables } = look
  const column = String(command.name)
  switch (command.subtype) {
    case 'AT_SetNotNull':
      touch(table, 'AccessExclusiveLock', 'scans')
      return ask(table, { kind: 'not-null', column, isNew: table.isNewColumn(column) }, [column])
    case 'AT_AddColumn':
      return columnQuestions(nodeAt(nodeAt(command.def).ColumnDef), table, look)
    case 'AT_AddConstraint':
      return constraintQuestions(nodeAt(nodeAt(command.def).Constraint), table, look)
    case 'AT_ValidateConstraint': {
      touch(table, 'ShareUpdateExclusiveLock', 'scans')
      const asked = tables.uncheckedOf(table, column) ?? { kind: 'validate', constraint: column }
      return ask(table, asked, null)
    }
    case 'AT_AlterColumnType':
      return keptUniqueQuestion(command, table, look)
    case 'AT_AttachPartition':
      return attachQuestions(nodeAt(nodeAt(command.def).PartitionCmd), table, look)
    case 'AT_DetachPartition':
      return detaches(nodeAt(nodeAt(command.def).PartitionCmd), table, look)
    default:
      return touch(
        table,
        light.has(String(command.subtype)) ? 'ShareUpdateExclusiveLock' : 'AccessExclusiveLock',
        rewriting.has(String(command.subtype)) ? 'rewrites' : 'none',
      )
  }
}

/** ALTER DOMAIN: what its columns hold already. */
export function alterDomain({ subtype, typeName, def, name }: TreeNode, { source, askDomain, tables }: LookedAt): void {
  const words = wordsOf(typeName)
  const domain = { schema: words.at(-2) ?? null, name: words.at(-1) ?? '' }
  // No column of the database has one that the run makes.
  if (tables.types.has(domain.name)) return
  const ask = (expression: string | null, validates: string | null = null) =>
    askDomain({ kind: 'domain', domain, expression, validates })
  if (subtype === 'O') ask(null)
  if (subtype === 'V') {
    const unchecked = tables.uncheckedOfDomains.get(`${domain.name} ${String(name)}`) ?? null
    ask(unchecked, unchecked === null ? String(name) : null)
  }
  const constraint = nodeAt(nodeAt(def).Constraint)
  if (subtype !== 'C') return
  if (constraint.contype === 'CONSTR_NOTNULL') return ask(null)
  const expression = source.parenthesized(Number(constraint.location ?? 0))
  if (constraint.skip_validation === true) {
    if (expression !== null) tables.uncheckedOfDomains.set(`${domain.name} ${String(constraint.conname)}`, expression)
  } else if (expression === null) askDomain({ kind: 'unknown', why: 'its check cannot be analyzed' })
  else ask(expression)
}
