import type { InsertTarget, QueryShape } from '../../core/queries/query-shape.ts'
import { listAt, nodeAt, relationOf, type Tree, type TreeNode, visit } from '../../core/sql/tree.ts'
import { loadParser } from './parser.ts'

const noShape: QueryShape = { inserts: [], infers: false, parameters: 0 }

/** Reads the shapes of queries; of one that cannot be parsed here there is none. */
export async function shapesOf(queries: readonly string[]): Promise<QueryShape[]> {
  const parser = await loadParser()
  return queries.map((text) => {
    try {
      return shapeOf(parser.parse(text))
    } catch (error) {
      if (error instanceof RangeError || parser.isSyntaxError(error)) return noShape
      throw error
    }
  })
}

function shapeOf(tree: Tree): QueryShape {
  const inserts: InsertTarget[] = []
  let [infers, parameters] = [false, 0]
  visit(tree, (type, node) => {
    if (type === 'ParamRef') parameters = Math.max(parameters, Number(node.number ?? 0))
    if (type === 'MergeStmt') inserts.push(...insertsOfMerge(node))
    if (type !== 'InsertStmt') return true
    inserts.push({ ...targetOf(node.relation, node.cols), width: widthOf(node), defaults: defaultsIn(rowsOf(node)) })
    if (nodeAt(nodeAt(node.onConflictClause).infer).indexElems !== undefined) infers = true
    return true
  })
  return { inserts, infers, parameters }
}

function targetOf(relation: unknown, columns: unknown): Pick<InsertTarget, 'schema' | 'table' | 'columns'> {
  const { schema, name } = relationOf(nodeAt(relation))
  const names = listAt(columns).map((column) => String(nodeAt(nodeAt(column).ResTarget).name))
  return { schema, table: name, columns: names.length === 0 ? null : names }
}

function insertsOfMerge({ relation, mergeWhenClauses }: TreeNode): InsertTarget[] {
  const clauses = listAt(mergeWhenClauses).map((clause) => nodeAt(nodeAt(clause).MergeWhenClause))
  return clauses
    .filter(({ commandType }) => commandType === 'CMD_INSERT')
    .map(({ targetList, values }) => {
      const row = listAt(values)
      return { ...targetOf(relation, targetList), width: row.length, defaults: defaultsIn([row]) }
    })
}

/** The rows that are written as VALUES. */
const rowsOf = ({ selectStmt }: TreeNode) =>
  listAt(nodeAt(nodeAt(selectStmt).SelectStmt).valuesLists).map((row) => listAt(nodeAt(nodeAt(row).List).items))

function defaultsIn(rows: readonly (readonly unknown[])[]): number[] {
  const places = rows.flatMap((row) => row.flatMap((value, i) => (nodeAt(value).SetToDefault === undefined ? [] : [i])))
  return [...new Set(places)]
}

/** Of DEFAULT VALUES none are given; of a SELECT with a star nobody knows without a server. */
function widthOf({ selectStmt }: TreeNode): number | null {
  if (selectStmt === undefined) return 0
  const [first] = rowsOf({ selectStmt })
  if (first !== undefined) return first.length
  const { targetList } = nodeAt(nodeAt(selectStmt).SelectStmt)
  const targets = listAt(targetList)
  const hasStar = targets.some((one) => JSON.stringify(one).includes('A_Star'))
  return targets.length === 0 || hasStar ? null : targets.length
}
