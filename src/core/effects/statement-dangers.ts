/** Which statements destroy or change data, told from PostgreSQL's own parse tree. */

import { keyOf } from '../sql/qualified-name.ts'
import { makesBody, type StatementNodes } from '../sql/statement-nodes.ts'
import { nodeAt, relationOf, type TreeNode } from '../sql/tree.ts'
import { alters } from './alter-dangers.ts'
import type { Danger, Made } from './danger.ts'
import { drops } from './drop-dangers.ts'
import { deletes, merges, replaces, truncates, updates } from './row-dangers.ts'

/** The dangers of one statement, in its order. What it creates is added to `made`. */
export function dangersOf(statement: StatementNodes, made: Made): Danger[] {
  // The body of a routine does not run by being created, and what a schema is created with is named in it.
  if (makesBody(statement) || statement.type === 'CreateSchemaStmt') return []
  return statement.telling.flatMap(([type, node]) => looks[type]?.(node, made) ?? [])
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
