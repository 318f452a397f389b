import { nodeAt, nodesIn, type TreeNode } from '../../sql/tree.ts'
import { isSerial } from '../known/column-type.ts'
import { offsetOf } from '../known/step.ts'
import { type FindingWords, say } from './finding-words.ts'
import { columnName, isUsed, type LintLook, tableName, targetOf } from './look.ts'

/** The first column behind a place that is NOT NULL and gets no value by itself. */
export function requiredColumn(look: LintLook, offset: number): FindingWords | null {
  const { step } = look
  const table = targetOf(look)
  const definitions = nodesIn(step.node.cmds, 'AlterTableCmd').map(({ def }) => nodeAt(nodeAt(def).ColumnDef))
  const definition = definitions.find(({ location }) => offsetOf(step, location) >= offset)
  if (!isUsed(look, table) || definition === undefined || hasValue(definition)) return null
  return say(
    `adding ${columnName(table, String(definition.colname))} fails where ${tableName(table)} has rows: they have no value for it, and it is NOT NULL`,
    'give it a DEFAULT, or add it without NOT NULL, fill it, and set NOT NULL in a later migration',
  )
}

function hasValue(definition: TreeNode): boolean {
  const kinds = nodesIn(definition.constraints, 'Constraint').map(({ contype }) => String(contype))
  return isSerial(definition) || kinds.some((kind) => /^CONSTR_(?:DEFAULT|IDENTITY|GENERATED)$/.test(kind))
}
