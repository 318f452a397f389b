import { quoteIdentifier } from '../../core/sql/quoting.ts'
import { nodeAt, nodesIn, relationOf, type TreeNode } from '../../core/sql/tree.ts'
import { columnsIn, type LookedAt } from './looked-at.ts'

/** CREATE INDEX: whether its values come more than once, and whether its expressions can be computed. */
export function indexQuestions(node: TreeNode, look: LookedAt): void {
  const { tables, ask, touch } = look
  const relation = nodeAt(node.relation)
  const table = tables.find(relationOf(relation))
  touch(table, node.concurrent === true ? 'ShareUpdateExclusiveLock' : 'ShareLock', 'scans')
  const parameters = nodesIn(node.indexParams, 'IndexElem')
  const computes = parameters.some(({ expr }) => expr !== undefined)
  if (table.asked() === null || (node.unique !== true && !computes)) return
  const { source } = look
  const from = Number(relation.location ?? 0)
  const parts = source.partsIn(from)
  const elements = parameters.map((parameter, i) => source.element(parts[i] ?? { start: 0, end: 0 }, parameter))
  const where = node.whereClause === undefined ? null : source.after(source.afterParentheses(from), 'WHERE', [])
  const columns = [...parameters.map(({ name }) => String(name)), ...columnsIn([node.indexParams, node.whereClause])]
  if (elements.includes(null) || (node.whereClause !== undefined && where === null)) {
    if (node.unique === true) ask(table, { kind: 'unknown', why: 'its expressions cannot be analyzed' }, columns)
    return
  }
  const values = elements.flatMap((element) => element ?? [])
  if (node.unique === true) {
    ask(table, { kind: 'duplicates', elements: values, where, nullsToo: node.nulls_not_distinct === true }, columns)
    return
  }
  // What it computes may fail for a row.
  const computed = values.filter((_, i) => parameters[i]?.expr !== undefined)
  if (computed.length > 0)
    ask(table, { kind: 'computed', expression: `ROW(${computed.join('\n, ')}\n)`, where }, columns)
}

/** EXCLUDE: whether rows are in each other's way. */
export function excludeQuestion(
  constraint: TreeNode,
  table: ReturnType<LookedAt['tables']['find']>,
  { source, ask }: LookedAt,
): void {
  const from = Number(constraint.location ?? 0)
  const parts = source.partsIn(from)
  const elements = nodesIn(constraint.exclusions, 'List').map(({ items }, i) => {
    const [parameter = {}] = nodesIn(items, 'IndexElem')
    const value = source.element(parts[i] ?? { start: 0, end: 0 }, parameter)
    const words = nodesIn(nodesIn(items, 'List')[0]?.items, 'String').map(({ sval }) => String(sval))
    return value === null ? null : { value, operator: operatorOf(words) }
  })
  const where =
    constraint.where_clause === undefined
      ? null
      : source.after(source.afterParentheses(from), 'WHERE', [',', 'DEFERRABLE', 'INITIALLY', 'NOT'])
  const known = elements.flatMap((element) => element ?? [])
  const isKnown = known.length === elements.length && (constraint.where_clause === undefined || where !== null)
  ask(
    table,
    isKnown
      ? { kind: 'exclude', elements: known, where }
      : { kind: 'unknown', why: 'its expressions cannot be analyzed' },
    null,
  )
}

function operatorOf(words: readonly string[]): string {
  const operator = words.at(-1) ?? '='
  if (words.length < 2) return operator
  return `OPERATOR(${[...words.slice(0, -1).map(quoteIdentifier), operator].join('.')})`
}
