import { dotted } from '../sql/qualified-name.ts'
import { listAt, nodeAt, type RelationName, type TreeNode, wordsOf } from '../sql/tree.ts'
import type { ContainerType, Danger, Made } from './danger.ts'

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

/** DROP of what has rows or columns, and with CASCADE of what takes such along. */
export function drops(node: TreeNode, made: Made): Danger[] {
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
