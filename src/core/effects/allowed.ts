import type { Allowed, EffectKind } from '../effect.ts'
import type { StatementNodes } from '../sql/statement-nodes.ts'
import { nodeAt, nodesIn, relationOf } from '../sql/tree.ts'
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
export function anythingWithMade({ telling }: StatementNodes): Allowed[] {
  return telling.flatMap(([type, node]) => {
    const into = type === 'CreateTableAsStmt' ? nodeAt(node.into).rel : undefined
    const relation = type === 'CreateStmt' ? node.relation : into
    if (relation === undefined || node.if_not_exists === true) return []
    const named = relationOf(nodeAt(relation))
    return everyKind.map((kind) => ({ ...named, kind, column: null }))
  })
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
export function losslessRewrites({ type, node }: StatementNodes): Allowed[] {
  const commands = type === 'AlterTableStmt' ? nodesIn(node.cmds, 'AlterTableCmd') : []
  const rewrites =
    commands.some(({ subtype }) => rewriting.has(String(subtype))) ||
    (type === 'ClusterStmt' && node.relation !== undefined)
  return rewrites ? [{ ...relationOf(nodeAt(node.relation)), kind: 'rewrite', column: null }] : []
}
