import { keyOf } from '../sql/qualified-name.ts'
import { nodeAt, nodesIn, type RelationName, relationOf, relationsIn, type TreeNode } from '../sql/tree.ts'
import { hasRealCondition } from './condition.ts'
import type { Danger, Made } from './danger.ts'

/** TRUNCATE. */
export function truncates({ relations, behavior }: TreeNode, made: Made): Danger[] {
  const cascades = behavior === 'DROP_CASCADE'
  return relationsIn(relations)
    .filter((relation) => !made.has(keyOf(relation)))
    .map((relation) => {
      const object = keyOf(relation)
      return { kind: 'truncate', object, what: `empties the table ${object}`, destructive: true, relation, cascades }
    })
}

/** DELETE; with a condition that holds for some rows only, it says so. */
export function deletes({ relation, whereClause }: TreeNode, made: Made): Danger[] {
  const target = relationOf(nodeAt(relation))
  const some = hasRealCondition(whereClause, target)
  const what = some ? 'deletes rows of' : 'deletes all rows of'
  return changes('delete', target, made, what, true, some)
}

/** UPDATE: destructive only where it changes all rows. */
export function updates({ relation, whereClause }: TreeNode, made: Made): Danger[] {
  const target = relationOf(nodeAt(relation))
  const some = hasRealCondition(whereClause, target)
  const what = some ? 'changes rows of' : 'changes all rows of'
  return changes('update', target, made, what, !some, some)
}

/** MERGE. */
export function merges({ relation, joinCondition, mergeWhenClauses }: TreeNode, made: Made): Danger[] {
  const target = relationOf(nodeAt(relation))
  const some = hasRealCondition(joinCondition)
  const commands = new Set(nodesIn(mergeWhenClauses, 'MergeWhenClause').map(({ commandType }) => commandType))
  return [
    ...(commands.has('CMD_DELETE') ? changes('delete', target, made, 'deletes rows of', true, true) : []),
    ...(commands.has('CMD_UPDATE') ? changes('update', target, made, 'changes rows of', !some, true) : []),
  ]
}

/** INSERT … ON CONFLICT DO UPDATE. */
export function replaces({ relation, onConflictClause }: TreeNode, made: Made): Danger[] {
  if (nodeAt(onConflictClause).action !== 'ONCONFLICT_UPDATE') return []
  return changes('update', relationOf(nodeAt(relation)), made, 'changes rows that conflict in', false, true)
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
