import { statementsOf, type Tree, type TreeNode, visit } from './tree.ts'

/** A statement with the nodes in it that tell what it does, found in one walk for all who ask. */
export interface StatementNodes {
  readonly type: string
  readonly node: TreeNode
  /** What it is itself among them; outer ones first, in their order. */
  readonly telling: readonly (readonly [string, TreeNode])[]
}

const told = new Set(
  `AlterTableStmt CopyStmt CreateStmt CreateTableAsStmt DeleteStmt DropdbStmt DropOwnedStmt DropStmt ExecuteStmt FuncCall
  InsertStmt MergeStmt TruncateStmt UpdateStmt VariableSetStmt`.split(/\s+/),
)

/** The statements of a tree. */
export function statementNodes(tree: Tree): StatementNodes[] {
  return statementsOf(tree).map(([type, node]) => {
    const telling: (readonly [string, TreeNode])[] = []
    visit({ [type]: node }, (kind, inner) => {
      if (told.has(kind)) telling.push([kind, inner])
      return true
    })
    return { type, node, telling }
  })
}

/** Whether it makes what runs only when somebody calls it, looks at it or sets it off. */
export function makesBody({ type }: StatementNodes): boolean {
  return type === 'CreateFunctionStmt' || type === 'RuleStmt' || type === 'ViewStmt'
}
