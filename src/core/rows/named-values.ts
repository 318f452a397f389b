import { listAt, nodeAt, type Tree, type TreeNode, visit } from '../sql/tree.ts'
import type { Constants } from './candidates.ts'

/** By the name of a column the constants that a migration compares it with; and the bounds of its partitions. */
export type NamedValues = ReadonlyMap<string, Constants>

/** Under which the bounds of partitions are found, whatever decides the partition of a row: no column has this name. */
export const boundsName = ''

const mostOfEach = 6

/** What statements compare columns with, in conditions, checks, casts and the branches of CASE. */
export function namedValues(statements: readonly Tree[]): NamedValues {
  const texts = new Map<string, Set<string>>()
  const numbers = new Map<string, Set<number>>()
  const add = (columns: readonly string[], found: Constants) => {
    for (const column of columns) {
      if (!texts.has(column)) texts.set(column, new Set())
      if (!numbers.has(column)) numbers.set(column, new Set())
      for (const text of found.texts) texts.get(column)?.add(text)
      for (const number of found.numbers) numbers.get(column)?.add(number)
    }
  }
  for (const statement of statements) {
    visit(statement, (type, node) => {
      if (type === 'A_Expr') add(columnsIn({ A_Expr: node }), constantsOf({ A_Expr: node }))
      const bound = nodeAt(type === 'CreateStmt' ? node.partbound : type === 'PartitionCmd' ? node.bound : undefined)
      if (bound.strategy !== undefined) add([boundsName], constantsOf([bound.listdatums, bound.lowerdatums]))
      if (type === 'CaseExpr' && node.arg !== undefined)
        add(columnsIn(node.arg), constantsOf(listAt(node.args).map((item) => nodeAt(nodeAt(item).CaseWhen).expr)))
      return true
    })
  }
  return new Map(
    [...texts].map(([column, some]) => [
      column,
      { texts: [...some].slice(0, mostOfEach), numbers: [...(numbers.get(column) ?? [])].slice(0, mostOfEach) },
    ]),
  )
}

/** What stands for itself: its own columns are compared with its own constants. */
const apart = new Set(['SubLink', 'BoolExpr', 'CaseExpr'])

function columnsIn(expression: unknown): string[] {
  const found: string[] = []
  visit(expression, (type, node) => {
    const last = nodeAt(nodeAt(listAt(node.fields).at(-1)).String).sval
    if (type === 'ColumnRef' && typeof last === 'string') found.push(last)
    return !apart.has(type)
  })
  return found
}

function constantsOf(expression: unknown): Constants {
  const texts: string[] = []
  const numbers: number[] = []
  const add = ({ sval, ival, fval }: TreeNode, sign: 1 | -1) => {
    // A 0 is left out of the tree.
    if (ival !== undefined) numbers.push(sign * Number(nodeAt(ival).ival ?? 0))
    if (fval !== undefined) numbers.push(sign * Number(nodeAt(fval).fval))
    if (sval !== undefined) texts.push(...elementsOf(String(nodeAt(sval).sval ?? '')))
  }
  visit(expression, (type, node) => {
    const negated = type === 'A_Expr' && node.lexpr === undefined ? nodeAt(node.rexpr).A_Const : undefined
    if (negated !== undefined) add(nodeAt(negated), -1)
    if (type === 'A_Const') add(node, 1)
    return !apart.has(type) && negated === undefined
  })
  return { texts, numbers }
}

/** The elements of an array that is written as one text, as in `ANY ('{a,b}')`; otherwise the text. */
function elementsOf(text: string): string[] {
  const [, list] = /^\{([^{}:"]*)\}$/.exec(text) ?? []
  return list === undefined ? [text] : list.split(',').map((one) => one.trim())
}
