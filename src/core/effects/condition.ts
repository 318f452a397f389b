import { type TreeNode, visit } from '../sql/tree.ts'

/**
 * True for a condition that may be false of some rows. One that names no column (`true`, `1 = 1`), or compares one with
 * itself, holds for all of them.
 * @param clause the expression after WHERE or ON; undefined where there is none.
 */
export function hasRealCondition(clause: unknown): boolean {
  if (clause === undefined || clause === null) return false
  const { BoolExpr: combined, A_Expr: comparison, CurrentOfExpr: current } = clause as Record<string, TreeNode>
  if (current !== undefined) return true
  if (combined !== undefined) {
    const arms = combined.args as readonly unknown[]
    if (combined.boolop === 'OR_EXPR') return arms.every(hasRealCondition)
    if (combined.boolop === 'AND_EXPR') return arms.some(hasRealCondition)
  }
  if (comparison !== undefined && sameSides(comparison)) return false
  return namesColumn(clause)
}

function sameSides({ lexpr, rexpr }: TreeNode): boolean {
  const text = (side: unknown) =>
    JSON.stringify((side as TreeNode | undefined)?.ColumnRef, (key, value) => (key === 'location' ? undefined : value))
  return (lexpr as TreeNode | undefined)?.ColumnRef !== undefined && text(lexpr) === text(rexpr)
}

function namesColumn(expression: unknown): boolean {
  let found = false
  visit(expression, (type, node) => {
    if (type === 'ColumnRef') found = true
    // What a query of its own asks tells nothing of the row, unless it names it.
    return !found && !(type === 'SubLink' && node.subLinkType === 'EXISTS_SUBLINK' && !mayName(node))
  })
  return found
}

/** Whether a subquery may name a column of the row around it: with a condition of its own. */
function mayName({ subselect }: TreeNode): boolean {
  return hasRealCondition(((subselect as TreeNode).SelectStmt as TreeNode | undefined)?.whereClause)
}
