import type { HeldSection } from '../../core/migration/section.ts'
import { quoteIdentifier, quoteQualified } from '../../core/sql/quoting.ts'
import { nodeAt, relationOf, statementsOf, type TreeNode } from '../../core/sql/tree.ts'
import { loadParser } from './parser.ts'

/**
 * The statements that take back what a section renames of tables and columns, the last one first: two schemas alone
 * cannot tell a new name from another column, which would lose its values.
 */
export async function renamesBack(section: HeldSection): Promise<string[]> {
  const parser = await loadParser()
  const back = [...section.statements].flatMap(({ start, end }) => {
    const sql = section.sql.slice(start, end)
    if (!/\brename\b/i.test(sql)) return []
    try {
      return statementsOf(parser.parse(sql)).flatMap(([type, node]) => (type === 'RenameStmt' ? backOf(node) : []))
    } catch (error) {
      // What a newer server understands and the parser does not is left to the comparison.
      if (parser.isSyntaxError(error)) return []
      throw error
    }
  })
  return back.toReversed()
}

function backOf({ renameType, relationType, relation, subname, newname }: TreeNode): string[] {
  const { schema, name } = relationOf(nodeAt(relation))
  const nameNow = (table: string) => (schema === null ? quoteIdentifier(table) : quoteQualified(schema, table))
  if (renameType === 'OBJECT_TABLE')
    return [`ALTER TABLE ${nameNow(String(newname))} RENAME TO ${quoteIdentifier(name)}`]
  if (renameType !== 'OBJECT_COLUMN' || relationType !== 'OBJECT_TABLE') return []
  const [from, to] = [quoteIdentifier(String(newname)), quoteIdentifier(String(subname))]
  return [`ALTER TABLE ${nameNow(name)} RENAME COLUMN ${from} TO ${to}`]
}
