import { listAt, nodeAt, type TreeNode, visit } from '../sql/tree.ts'

/**
 * True for a condition that may be false of some rows. One that names no column (`true`, `1 = 1`), or compares one with
 * itself, holds for all of them.
 * @param clause the expression after WHERE or ON; undefined where there is none.
 */
export function hasRealCondition(clause: unknown): boolean {
  if (clause === undefined || clause === null) return false
  const { BoolExpr, A_Expr: comparison, CurrentOfExpr: current } = nodeAt(clause)
  if (current !== undefined) return true
  const { boolop, args } = nodeAt(BoolExpr)
  if (boolop === 'OR_EXPR') return listAt(args).every(hasRealCondition)
  if (boolop === 'AND_EXPR') return listAt(args).some(hasRealCondition)
  if (comparison !== undefined && sameSides(nodeAt(comparison))) return false
  return namesColumn(clause)
}

function sameSides({ lexpr, rexpr }: TreeNode): boolean {
  const [left, right] = [lexpr, rexpr].map((side) =>
    JSON.stringify(side, (key, value) => (key === 'location' ? undefined : value)),
  )
  return left !== undefined && left === right
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
  return hasRealCondition(nodeAt(nodeAt(subselect).SelectStmt).whereClause)
}
