import type { RunTable } from '../../core/probe/run-tables.ts'
import { quoteIdentifier } from '../../core/sql/quoting.ts'
import { nodeAt, type TreeNode, wordsOf } from '../../core/sql/tree.ts'
import { columnsIn, type LookedAt } from './looked-at.ts'

/** A change of type: whether the values that are there fit. */
export function retypeQuestion(command: TreeNode, table: RunTable, look: LookedAt): void {
  const column = String(command.name)
  const definition = nodeAt(nodeAt(command.def).ColumnDef)
  const { type, using, isOwnCast } = partsOf(definition, look)
  const made = look.tables.types.get(typeOf(definition)) ?? null
  look.touch(table, 'AccessExclusiveLock', 'rewrites', using === null || isOwnCast ? { column, type } : null)
  const inner = made === null || using === null ? using : withoutCast(definition, using, look)
  look.ask(table, { kind: 'retype', column, type, using: inner, made }, [column, ...columnsIn([definition.raw_default])])
}

/** What its column holds from then on. */
export function retypeLayer(command: TreeNode, table: RunTable, look: LookedAt): void {
  const column = String(command.name)
  const definition = nodeAt(nodeAt(command.def).ColumnDef)
  const { type, using } = partsOf(definition, look)
  const made = look.tables.types.get(typeOf(definition))
  const inner = made === undefined || using === null ? using : withoutCast(definition, using, look)
  const now = made === undefined ? type : made.kind === 'enum' ? 'text' : made.base
  const value = `(${inner ?? quoteIdentifier(column)}\n)::${now}`
  table.add({ kind: 'retype', column, value, alias: table.name.name })
}

const typeOf = ({ typeName }: TreeNode): string => wordsOf(nodeAt(typeName).names).at(-1) ?? ''

function partsOf(definition: TreeNode, { source }: LookedAt) {
  const at = Number(nodeAt(definition.typeName).location ?? 0)
  const type = source.upTo(at, [',', 'USING', 'COLLATE']) ?? ''
  const using = definition.raw_default === undefined ? null : source.after(at, 'USING', [','])
  const { arg } = nodeAt(nodeAt(definition.raw_default).TypeCast)
  return { type, using, isOwnCast: nodeAt(arg).ColumnRef !== undefined }
}

/** A server cannot cast to a type that it does not have yet. */
function withoutCast(definition: TreeNode, using: string, { source, parser }: LookedAt): string {
  const { TypeCast } = nodeAt(definition.raw_default)
  if (TypeCast === undefined || typeOf(nodeAt(TypeCast)) !== typeOf(definition)) return using
  return source.beforeCast(using, parser) ?? using
}
