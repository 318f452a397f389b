import { dotted, keyOf } from '../sql/qualified-name.ts'
import { nodeAt, nodesIn, type RelationName, relationOf, type TreeNode, wordsOf } from '../sql/tree.ts'
import type { Danger, Made } from './danger.ts'

/** ALTER TABLE: what it drops, rewrites or changes the type of. */
export function alters(node: TreeNode, made: Made): Danger[] {
  const relation = relationOf(nodeAt(node.relation))
  const table = keyOf(relation)
  if (made.has(table)) return []
  return nodesIn(node.cmds, 'AlterTableCmd').flatMap((command): Danger[] => {
    if (command.subtype === 'AT_DropColumn') {
      const column = String(command.name)
      const object = `${table}.${dotted(column)}`
      return [{ kind: 'drop-column', object, what: `drops the column ${object}`, destructive: true, relation, column }]
    }
    if (command.subtype === 'AT_SetUnLogged') {
      const what = `makes ${table} unlogged: it is rewritten, has no rows on standbys, and loses them in a crash`
      return [{ kind: 'unlogged', object: table, what, destructive: true, relation }]
    }
    return command.subtype === 'AT_AlterColumnType' ? [retypes(command, relation)] : []
  })
}

function retypes(command: TreeNode, relation: RelationName): Danger {
  const table = keyOf(relation)
  const column = String(command.name)
  const definition = nodeAt(nodeAt(command.def).ColumnDef)
  const type = typeOf(nodeAt(definition.typeName))
  const object = `${table}.${dotted(column)}`
  const what = `changes the type of ${object} to ${type}, which may lose data and rewrites the table`
  const danger: Danger = { kind: 'retype', object, what, destructive: true, relation }
  // What USING says may make anything of a value, of whatever type.
  return isOwnCast(definition.raw_default, column, type)
    ? { ...danger, retype: { schema: relation.schema, table: relation.name, column, type } }
    : danger
}

/** Nothing, or the column's own value cast to the new type; a cast to a text of some length cuts without a word. */
export function isOwnCast(using: unknown, column: string, type: string): boolean {
  if (using === undefined) return true
  const cast = nodeAt(nodeAt(using).TypeCast)
  const words = wordsOf(nodeAt(nodeAt(cast.arg).ColumnRef).fields)
  const isSame = words.length === 1 && words[0] === column && typeOf(nodeAt(cast.typeName)) === type
  return isSame && !/^(?:varchar|bpchar|varbit|bit)\(/.test(type)
}

/** The type that a TypeName of the tree stands for: `varchar(20)`, `int4[]`. */
export function typeOf(typeName: TreeNode): string {
  const mods = nodesIn(typeName.typmods, 'A_Const').map(({ ival }) => nodeAt(ival).ival ?? 0)
  const name = wordsOf(typeName.names)
    .filter((word) => word !== 'pg_catalog')
    .join('.')
  return `${name}${mods.length > 0 ? `(${mods.join(',')})` : ''}${typeName.arrayBounds === undefined ? '' : '[]'}`
}
