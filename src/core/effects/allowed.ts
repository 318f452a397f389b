import type { Allowed, EffectKind } from '../effect.ts'
import { nodeAt, nodesIn, relationOf, type Tree, visit } from '../sql/tree.ts'
import type { Danger } from './danger.ts'

/** What a statement that was told beforehand may have done in the end. */
export function allowedBy({ kind, relation, column, schema }: Danger): Allowed[] {
  const of = (...kinds: EffectKind[]): Allowed[] =>
    kinds.map((one) => ({ kind: one, schema: null, name: null, ...relation, column: column ?? null }))
  switch (kind) {
    case 'drop':
      if (relation !== null) return of('drop')
      // What a type takes along is told when it is known.
      return schema === undefined ? [] : [{ kind: 'drop', schema, name: null, column: null }]
    case 'truncate':
    case 'retype':
      return of('rewrite')
    case 'delete':
    case 'update':
    case 'drop-column':
      return of(kind)
    case 'drop-owned':
      return [{ kind: 'drop', schema: null, name: null, column: null }]
    case 'drop-database':
    case 'unreadable':
      return []
  }
}

/** Alterations that may write a table anew and lose nothing by it. */
const rewriting = new Set([
  'AT_AddColumn',
  'AT_SetTableSpace',
  'AT_SetLogged',
  'AT_SetUnLogged',
  'AT_SetAccessMethod',
  'AT_SetExpression',
  'AT_DropExpression',
])

/** Rewrites of tables that lose nothing, as far as the statement says all that it does. */
export function losslessRewrites(statement: Tree): Allowed[] {
  const found: Allowed[] = []
  const add = (relation: unknown) => found.push({ ...relationOf(nodeAt(relation)), kind: 'rewrite', column: null })
  visit(statement, (type, node) => {
    if (type === 'AlterTableStmt') {
      const commands = nodesIn(node.cmds, 'AlterTableCmd')
      if (commands.some(({ subtype }) => rewriting.has(String(subtype)))) add(node.relation)
    }
    if (type === 'ClusterStmt' && node.relation !== undefined) add(node.relation)
    return true
  })
  return found
}
