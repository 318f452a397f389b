import type { RunTable } from '../../core/probe/run-tables.ts'
import { quoteIdentifier } from '../../core/sql/quoting.ts'
import { nodeAt, nodesIn, type TreeNode, wordsOf } from '../../core/sql/tree.ts'
import { columnsIn, type LookedAt } from './looked-at.ts'

/** A change of type: whether the values that are there fit. */
export function retypeQuestion(command: TreeNode, table: RunTable, look: LookedAt): void {
  const column = String(command.name)
  const definition = nodeAt(nodeAt(command.def).ColumnDef)
  const { type, using, isOwnCast } = partsOf(definition, look)
  const made = look.tables.types.get(typeOf(definition)) ?? null
  look.touch(table, 'AccessExclusiveLock', 'rewrites', using === null || isOwnCast ? { column, type } : null)
  const inner =
    using === null || (made === null && cutsSilently(definition)) ? using : withoutCast(definition, using, look)
  look.ask(table, { kind: 'retype', column, type, using: inner, made }, [
    column,
    ...columnsIn([definition.raw_default]),
  ])
}

/** Whether the values as they are then keep to unique indexes that are there. */
export function keptUniqueQuestion(command: TreeNode, table: RunTable, look: LookedAt): void {
  const column = String(command.name)
  const { type, using, isOwnCast, collation } = partsOf(nodeAt(nodeAt(command.def).ColumnDef), look)
  const isPlain = collation === null && (using === null || isOwnCast)
  look.ask(table, { kind: 'kept-unique', column, type, isPlain, dropped: [...look.tables.dropped] }, [column])
}

/** What its column holds from then on. */
export function retypeLayer(command: TreeNode, table: RunTable, look: LookedAt): void {
  const column = String(command.name)
  const definition = nodeAt(nodeAt(command.def).ColumnDef)
  const { type, using, collation } = partsOf(definition, look)
  const made = look.tables.types.get(typeOf(definition))
  const inner = made === undefined || using === null ? using : withoutCast(definition, using, look)
  const now = made === undefined ? type : made.kind === 'enum' ? 'text' : made.base
  const value = `(${inner ?? quoteIdentifier(column)}\n)::${now}${collation === null ? '' : ` COLLATE ${collation}`}`
  table.add({ kind: 'retype', column, value, alias: table.name.name })
}

const typeOf = ({ typeName }: TreeNode): string => wordsOf(nodeAt(typeName).names).at(-1) ?? ''

function partsOf(definition: TreeNode, { source }: LookedAt) {
  const at = Number(nodeAt(definition.typeName).location ?? 0)
  const type = source.upTo(at, [',', 'USING', 'COLLATE']) ?? ''
  const using = definition.raw_default === undefined ? null : source.after(at, 'USING', [','])
  const { arg } = nodeAt(nodeAt(definition.raw_default).TypeCast)
  const collation = definition.collClause === undefined ? null : source.after(at, 'COLLATE', [',', 'USING'])
  return { type, using, collation, isOwnCast: nodeAt(arg).ColumnRef !== undefined }
}

/** An explicit cast to a text of some length cuts what is too long. */
const cutsSilently = ({ typeName }: TreeNode): boolean =>
  nodeAt(typeName).typmods !== undefined && /^(?:varchar|bpchar|varbit|bit)$/.test(typeOf({ typeName }))

/** Without the cast to the new type: a server cannot cast to one that it does not have yet, and values are asked before it. */
function withoutCast(definition: TreeNode, using: string, { source, parser }: LookedAt): string {
  const { TypeCast } = nodeAt(definition.raw_default)
  const cast = nodeAt(TypeCast)
  if (TypeCast === undefined || typeText(cast) !== typeText(definition)) return using
  return source.beforeCast(using, parser) ?? using
}

function typeText({ typeName }: TreeNode): string {
  const { names, typmods, arrayBounds } = nodeAt(typeName)
  const sizes = nodesIn(typmods, 'A_Const').map(({ ival }) => nodeAt(ival).ival ?? 0)
  return [wordsOf(names).at(-1), ...sizes, arrayBounds === undefined ? '' : '[]'].join(' ')
}
