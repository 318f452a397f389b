import type { Migration } from '../../core/migration/migration.ts'
import { openSection } from '../../core/migration/section-text.ts'
import { type NamedValues, namedValues } from '../../core/rows/named-values.ts'
import { isPlainInsert } from '../../core/sql/statement-list.ts'
import { firstStatement, type Tree, type TreeNode, visit } from '../../core/sql/tree.ts'
import { isFault, type Parser, treeOrFault } from './parser.ts'
import { blockBody, parseBlock, queryOf } from './plpgsql.ts'

/** What UP and DOWN of a migration compare columns with, in DO blocks too. */
export function namedValuesIn(parser: Parser, { up, down }: Migration): NamedValues {
  const trees: Tree[] = []
  for (const section of down === null ? [up] : [up, down]) {
    const text = openSection(section)
    for (const statement of section.statements) {
      if (statement.addsRows === true) continue
      const sql = text.sql(statement)
      const tree = isPlainInsert(sql) ? null : treeOf(parser, sql)
      if (tree === null) continue
      const [type, node] = firstStatement(tree)
      trees.push(...(type === 'DoStmt' ? treesOfBlock(parser, node) : [tree]))
    }
  }
  return namedValues(trees)
}

/** All that a block runs or looks at. */
function treesOfBlock(parser: Parser, node: TreeNode): Tree[] {
  const body = blockBody(node)
  if (body === null) return []
  const queries: string[] = []
  try {
    visit(parseBlock(parser, body), (type, inner) => {
      const query = type === 'PLpgSQL_expr' ? queryOf({ PLpgSQL_expr: inner }) : undefined
      if (query !== undefined) queries.push(query)
      return true
    })
  } catch {
    // The server's own parser will say what is wrong with it.
  }
  return queries.flatMap((query) => treeOf(parser, query) ?? treeOf(parser, `SELECT ${query}`) ?? [])
}

function treeOf(parser: Parser, sql: string): Tree | null {
  const parsed = treeOrFault(parser, sql)
  return isFault(parsed) ? null : parsed
}
