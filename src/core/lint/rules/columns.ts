import { isOwnCast } from '../../effects/alter-dangers.ts'
import { costOf, typeChange } from '../../effects/type-change.ts'
import { shortTypes } from '../../sql/plain-names.ts'
import { readableIdentifier } from '../../sql/quoting.ts'
import { nodeAt, nodesIn, type RelationName, type TreeNode, wordsOf } from '../../sql/tree.ts'
import { columnType, isSerial } from '../known/column-type.ts'
import { offsetOf } from '../known/step.ts'
import { columnName, type Hit, hit, isUsed, type LintLook, tableName, targetOf } from './look.ts'
import { isVolatile } from './volatile.ts'

/** Columns of a table that is in use: new ones, other types, NOT NULL. */
export function columnHits(look: LintLook): Hit[] {
  const table = targetOf(look)
  if (!isUsed(look, table)) return []
  return nodesIn(look.step.node.cmds, 'AlterTableCmd').flatMap((command) => {
    const name = String(command.name)
    if (command.subtype === 'AT_AlterColumnType')
      return retyped(look, table, name, nodeAt(nodeAt(command.def).ColumnDef))
    if (command.subtype === 'AT_SetNotNull') return notNull(look, table, name)
    return command.subtype === 'AT_AddColumn' ? added(look, table, nodeAt(nodeAt(command.def).ColumnDef)) : []
  })
}

const anotherColumn = 'add a column of the new type, fill it in batches, and switch to it in a later migration'

function retyped({ step, schema }: LintLook, table: RelationName, name: string, definition: TreeNode): Hit[] {
  const [column, to] = [columnName(table, name), columnType(definition)]
  const from = schema.find(table)?.columns.get(name)?.type
  const say = (message: string) => [
    hit('lint/changing-column-type', step, message, anotherColumn, offsetOf(step, definition.location)),
  ]
  const everything = `rewrites ${tableName(table)} and its indexes; nobody can read or write the table meanwhile`
  if (!isOwnCast(definition.raw_default, name, to))
    return say(`USING computes each value of ${column} anew: it ${everything}`)
  if (from === undefined)
    return say(`the new type of ${column}, ${to}, ${everything}, unless the old type is stored alike`)
  const cost = costOf(typeChange(from, to))
  const change = `${column} from ${shortTypes(from)} to ${shortTypes(to)}`
  if (cost === 'none') return []
  return say(
    cost === 'writes'
      ? `changing ${change} ${everything}`
      : `changing ${change} scans ${tableName(table)}; nobody can read or write the table meanwhile`,
  )
}

function notNull({ step, schema, major }: LintLook, table: RelationName, name: string): Hit[] {
  const known = schema.find(table)
  const isProven =
    known?.columns.get(name)?.notNull === true ||
    known?.constraints.some(({ validated, neverNull }) => validated && neverNull.includes(name)) === true
  if (isProven) return []
  const column = readableIdentifier(name)
  const condition = major >= 18 ? `NOT NULL ${column}` : `CHECK (${column} IS NOT NULL)`
  return [
    hit(
      'lint/adding-not-nullable-field',
      step,
      `SET NOT NULL scans ${tableName(table)} for a NULL in ${name}; nobody can read or write the table meanwhile`,
      `ADD CONSTRAINT … ${condition} NOT VALID, VALIDATE it in the next migration${major >= 18 ? '' : ', then SET NOT NULL'}`,
    ),
  ]
}

function added(look: LintLook, table: RelationName, definition: TreeNode): Hit[] {
  const { step } = look
  const why = rewriteBy(look, definition)
  if (why === null) return []
  return [
    hit(
      'lint/adding-field-with-default',
      step,
      `the new column ${columnName(table, String(definition.colname))} ${why}, so ${tableName(table)} is rewritten; nobody can read or write the table meanwhile`,
      'add the column without it, set it for new rows (SET DEFAULT, a trigger), then fill the old rows in batches',
      offsetOf(step, definition.location),
    ),
  ]
}

/** Why each row is written anew for a column; null where it is not. */
function rewriteBy({ schema }: LintLook, definition: TreeNode): string | null {
  if (isSerial(definition)) return 'takes a number of a sequence for each row'
  const constraints = nodesIn(definition.constraints, 'Constraint')
  for (const { contype, generated_kind, raw_expr } of constraints) {
    if (contype === 'CONSTR_IDENTITY') return 'takes a number of a sequence for each row'
    if (contype === 'CONSTR_GENERATED' && generated_kind !== 'v') return 'is computed and stored for each row'
    if (contype === 'CONSTR_DEFAULT' && isVolatile(raw_expr, schema)) return 'has another default for each row'
  }
  const type = wordsOf(nodeAt(definition.typeName).names)
  const domain = schema.object('OBJECT_DOMAIN', { schema: type.at(-2) ?? null, name: type.at(-1) ?? '' })
  return domain?.trait === 'constrained' ? 'has a domain whose constraints are checked for each row' : null
}
