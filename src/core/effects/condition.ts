import { listAt, nodeAt, nodesIn, type RelationName, relationOf, type TreeNode, visit, wordsOf } from '../sql/tree.ts'

/**
 * True for a condition that may be false of some rows. One that names no column (`true`, `1 = 1`), compares one with
 * itself or looks for a row in its own table holds for all of them.
 * @param clause the expression after WHERE or ON; undefined where there is none.
 * @param target whose rows it chooses from, where that is one relation.
 */
export function hasRealCondition(clause: unknown, target: RelationName | null = null): boolean {
  if (clause === undefined || clause === null) return false
  const isReal = (one: unknown) => hasRealCondition(one, target)
  const { BoolExpr, A_Expr: comparison, CurrentOfExpr: current, CaseExpr: cases, SubLink: query } = nodeAt(clause)
  if (current !== undefined) return true
  const { boolop, args } = nodeAt(BoolExpr)
  if (boolop === 'OR_EXPR') return listAt(args).every(isReal)
  if (boolop === 'AND_EXPR') return listAt(args).some(isReal)
  if (comparison !== undefined && sameSides(nodeAt(comparison))) return false
  if (cases !== undefined) return resultsOf(nodeAt(cases)).some((result) => isReal(result) || isFalse(result))
  if (query !== undefined && target !== null && findsItself(nodeAt(query), target)) return false
  return namesColumn(clause)
}

/** What a CASE comes to: of a WHEN that holds always its THEN alone. */
function resultsOf({ arg, args, defresult }: TreeNode): unknown[] {
  const whens = nodesIn(args, 'CaseWhen')
  const always = arg === undefined ? whens.findIndex(({ expr }) => isTrue(expr)) : -1
  const results = whens.map(({ result }) => result)
  return always === -1 ? [...results, defresult] : results.slice(0, always + 1)
}

function constantOf(expression: unknown): TreeNode | null {
  const { A_Const, TypeCast } = nodeAt(expression)
  if (TypeCast !== undefined) return constantOf(nodeAt(TypeCast).arg)
  return A_Const === undefined ? null : nodeAt(A_Const)
}

function isTrue(expression: unknown): boolean {
  const constant = constantOf(expression)
  return constant !== null && nodeAt(constant.boolval).boolval === true
}

/** False, or null, as which nothing counts. */
function isFalse(expression: unknown): boolean {
  if (expression === undefined) return true
  const constant = constantOf(expression)
  return constant !== null && (constant.isnull === true || (constant.boolval !== undefined && !isTrue(expression)))
}

/** `id IN (SELECT id FROM t)` of a row of t. */
function findsItself({ subLinkType, testexpr, subselect }: TreeNode, target: RelationName): boolean {
  const { fromClause, targetList, whereClause, limitCount, limitOffset, groupClause, havingClause, op } = nodeAt(
    nodeAt(subselect).SelectStmt,
  )
  const isWhole = [limitCount, limitOffset, groupClause, havingClause].every((part) => part === undefined)
  const [from, ...others] = listAt(fromClause)
  const [column] = nodesIn(targetList, 'ResTarget')
  if (subLinkType !== 'ANY_SUBLINK' || !isWhole || op !== 'SETOP_NONE' || others.length > 0) return false
  const source = relationOf(nodeAt(nodeAt(from).RangeVar))
  const isSame = source.name === target.name && (source.schema ?? target.schema) === (target.schema ?? source.schema)
  const named = columnOf(testexpr)
  return isSame && named !== null && named === columnOf(column?.val) && !hasRealCondition(whereClause, source)
}

function columnOf(expression: unknown): string | null {
  return wordsOf(nodeAt(nodeAt(expression).ColumnRef).fields).at(-1) ?? null
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
