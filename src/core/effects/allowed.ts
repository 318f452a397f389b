import type { Allowed, EffectKind } from '../effect.ts'
import { nodeAt, nodesIn, relationOf, statementsOf, type Tree, visit } from '../sql/tree.ts'
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
    case 'unlogged':
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

const everyKind: readonly EffectKind[] = ['drop', 'rewrite', 'drop-column', 'delete', 'update']

/** All that can be done to the tables that a statement makes. */
export function anythingWithMade(statement: Tree): Allowed[] {
  const found: Allowed[] = []
  visit(statement, (type, node) => {
    const into = type === 'CreateTableAsStmt' ? nodeAt(node.into).rel : undefined
    const relation = type === 'CreateStmt' ? node.relation : into
    if (relation !== undefined && node.if_not_exists !== true) {
      const named = relationOf(nodeAt(relation))
      found.push(...everyKind.map((kind) => ({ ...named, kind, column: null })))
    }
    return type !== 'CreateFunctionStmt'
  })
  return found
}

/** Alterations that may write a table anew and lose nothing by it. */
const rewriting = new Set([
  'AT_AddColumn',
  'AT_SetTableSpace',
  'AT_SetLogged',
  'AT_SetAccessMethod',
  'AT_SetExpression',
  'AT_DropExpression',
])

/** Rewrites of tables that lose nothing, as far as the statement says all that it does. */
export function losslessRewrites(statement: Tree): Allowed[] {
  const found: Allowed[] = []
  const add = (relation: unknown) => found.push({ ...relationOf(nodeAt(relation)), kind: 'rewrite', column: null })
  for (const [type, node] of statementsOf(statement)) {
    if (type === 'AlterTableStmt') {
      const commands = nodesIn(node.cmds, 'AlterTableCmd')
      if (commands.some(({ subtype }) => rewriting.has(String(subtype)))) add(node.relation)
    }
    if (type === 'ClusterStmt' && node.relation !== undefined) add(node.relation)
  }
  return found
}
