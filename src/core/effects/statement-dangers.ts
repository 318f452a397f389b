/** Which statements destroy or change data, told from PostgreSQL's own parse tree. */

import { dotted, keyOf } from '../sql/qualified-name.ts'
import {
  listAt,
  nodeAt,
  nodesIn,
  type RelationName,
  relationOf,
  relationsIn,
  type Tree,
  type TreeNode,
  visit,
  wordsOf,
} from '../sql/tree.ts'
import { hasRealCondition } from './condition.ts'
import type { ContainerType, Danger, Made } from './danger.ts'

/** The dangers of one statement, in its order. What it creates is added to `made`. */
export function dangersOf(statement: Tree, made: Made): Danger[] {
  const found: Danger[] = []
  visit(statement, (type, node) => {
    const look = looks[type]
    if (look !== undefined) found.push(...look(node, made))
    // The body of a routine does not run by being created, and what a schema is created with is named in it.
    return type !== 'CreateFunctionStmt' && type !== 'RuleStmt' && type !== 'ViewStmt' && type !== 'CreateSchemaStmt'
  })
  return found
}

const looks: Record<string, (node: TreeNode, made: Made) => Danger[]> = {
  CreateStmt: remember,
  CreateTableAsStmt: ({ into, if_not_exists }, made) => remember({ ...nodeAt(into), if_not_exists }, made, 'rel'),
  DropStmt: drops,
  TruncateStmt: truncates,
  DeleteStmt: deletes,
  UpdateStmt: updates,
  MergeStmt: merges,
  InsertStmt: replaces,
  AlterTableStmt: alters,
  DropdbStmt: ({ dbname }) => [
    {
      kind: 'drop-database',
      object: String(dbname),
      what: `drops the database ${dbname}`,
      destructive: true,
      relation: null,
    },
  ],
  DropOwnedStmt: () => [
    { kind: 'drop-owned', object: '', what: 'drops everything that a role owns', destructive: true, relation: null },
  ],
}

function remember(node: TreeNode, made: Made, key = 'relation'): Danger[] {
  const found = nodeAt(node[key])
  const relation = nodeAt(found.RangeVar ?? found)
  // IF NOT EXISTS may have made nothing.
  if (relation.relname !== undefined && !node.if_not_exists) {
    made.add(keyOf(relationOf(relation)), relation.relpersistence === 't')
  }
  return []
}

const kinds: Record<string, ContainerType> = {
  OBJECT_TABLE: 'table',
  OBJECT_SCHEMA: 'schema',
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_FOREIGN_TABLE: 'foreign table',
}
/** Dropping one of these with CASCADE takes columns along. */
const cascading: Record<string, ContainerType> = {
  OBJECT_TYPE: 'type',
  OBJECT_DOMAIN: 'domain',
  OBJECT_EXTENSION: 'extension',
  OBJECT_COLLATION: 'collation',
  OBJECT_ACCESS_METHOD: 'access method',
  OBJECT_FUNCTION: 'function',
}

function drops(node: TreeNode, made: Made): Danger[] {
  const type = String(node.removeType)
  const cascade = node.behavior === 'DROP_CASCADE'
  const kind = kinds[type] ?? (cascade ? cascading[type] : undefined)
  if (kind === undefined) return []
  return listAt(node.objects).flatMap((object): Danger[] => {
    const words = wordsOf(object)
    const name = dotted(...words)
    if (made.has(name)) return []
    const what = `drops the ${kind} ${name}${cascade ? ' and what depends on it' : ''}`
    const isRelation = kind === 'table' || kind === 'materialized view'
    const relation = isRelation ? { schema: words.at(-2) ?? null, name: words.at(-1) ?? '' } : null
    const danger: Danger = { kind: 'drop', object: name, what, destructive: true, relation }
    const takes = { type: kind, name: nameOf(object) }
    return [{ ...danger, ...(cascade ? { takes } : {}), ...(kind === 'schema' ? { schema: words.join('.') } : {}) }]
  })
}

/** The name of what is dropped, without the types that a function's arguments have. */
function nameOf(object: unknown): RelationName {
  const { ObjectWithArgs } = nodeAt(object)
  const words = wordsOf(ObjectWithArgs === undefined ? object : nodeAt(ObjectWithArgs).objname)
  return { schema: words.at(-2) ?? null, name: words.at(-1) ?? '' }
}

function alters(node: TreeNode, made: Made): Danger[] {
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
function isOwnCast(using: unknown, column: string, type: string): boolean {
  if (using === undefined) return true
  const cast = nodeAt(nodeAt(using).TypeCast)
  const words = wordsOf(nodeAt(nodeAt(cast.arg).ColumnRef).fields)
  const isSame = words.length === 1 && words[0] === column && typeOf(nodeAt(cast.typeName)) === type
  return isSame && !/^(?:varchar|bpchar|varbit|bit)\(/.test(type)
}

function truncates({ relations, behavior }: TreeNode, made: Made): Danger[] {
  const cascades = behavior === 'DROP_CASCADE'
  return relationsIn(relations)
    .filter((relation) => !made.has(keyOf(relation)))
    .map((relation) => {
      const object = keyOf(relation)
      return { kind: 'truncate', object, what: `empties the table ${object}`, destructive: true, relation, cascades }
    })
}

function changes(
  kind: 'delete' | 'update',
  relation: RelationName,
  made: Made,
  what: string,
  destructive: boolean,
  some = false,
) {
  const object = keyOf(relation)
  const danger = { kind, object, what: `${what} ${object}`, destructive, relation }
  return made.has(object) ? [] : [some ? { ...danger, some } : danger]
}

function deletes({ relation, whereClause }: TreeNode, made: Made): Danger[] {
  const target = relationOf(nodeAt(relation))
  const some = hasRealCondition(whereClause, target)
  const what = some ? 'deletes rows of' : 'deletes all rows of'
  return changes('delete', target, made, what, true, some)
}

function updates({ relation, whereClause }: TreeNode, made: Made): Danger[] {
  const target = relationOf(nodeAt(relation))
  const some = hasRealCondition(whereClause, target)
  const what = some ? 'changes rows of' : 'changes all rows of'
  return changes('update', target, made, what, !some, some)
}

function merges({ relation, joinCondition, mergeWhenClauses }: TreeNode, made: Made): Danger[] {
  const target = relationOf(nodeAt(relation))
  const some = hasRealCondition(joinCondition)
  const commands = new Set(nodesIn(mergeWhenClauses, 'MergeWhenClause').map(({ commandType }) => commandType))
  return [
    ...(commands.has('CMD_DELETE') ? changes('delete', target, made, 'deletes rows of', true, true) : []),
    ...(commands.has('CMD_UPDATE') ? changes('update', target, made, 'changes rows of', !some, true) : []),
  ]
}

/** INSERT … ON CONFLICT DO UPDATE. */
function replaces({ relation, onConflictClause }: TreeNode, made: Made): Danger[] {
  if (nodeAt(onConflictClause).action !== 'ONCONFLICT_UPDATE') return []
  return changes('update', relationOf(nodeAt(relation)), made, 'changes rows that conflict in', false, true)
}

function typeOf(typeName: TreeNode): string {
  const mods = nodesIn(typeName.typmods, 'A_Const').map(({ ival }) => nodeAt(ival).ival ?? 0)
  const name = wordsOf(typeName.names)
    .filter((word) => word !== 'pg_catalog')
    .join('.')
  return `${name}${mods.length > 0 ? `(${mods.join(',')})` : ''}${typeName.arrayBounds === undefined ? '' : '[]'}`
}
