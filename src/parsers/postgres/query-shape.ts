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
    if (type !== 'InsertStmt') return true
    const { schema, name } = relationOf(nodeAt(node.relation))
    const names = listAt(node.cols).map((column) => String(nodeAt(nodeAt(column).ResTarget).name))
    inserts.push({ schema, table: name, columns: names.length === 0 ? null : names, width: widthOf(node) })
    if (nodeAt(nodeAt(node.onConflictClause).infer).indexElems !== undefined) infers = true
    return true
  })
  return { inserts, infers, parameters }
}

/** Of DEFAULT VALUES none are given; of a SELECT with a star nobody knows without a server. */
function widthOf({ selectStmt }: TreeNode): number | null {
  if (selectStmt === undefined) return 0
  const { valuesLists, targetList } = nodeAt(nodeAt(selectStmt).SelectStmt)
  const [first] = listAt(valuesLists)
  if (first !== undefined) return listAt(nodeAt(nodeAt(first).List).items).length
  const targets = listAt(targetList)
  const hasStar = targets.some((one) => JSON.stringify(one).includes('A_Star'))
  return targets.length === 0 || hasStar ? null : targets.length
}
