import { nodeAt, nodesIn, type Tree, type TreeNode, visit } from '../../core/sql/tree.ts'
import type { Parser } from './parser.ts'

/** The body of a DO block of PL/pgSQL, as its text has it; null in another language. */
export function blockBody(node: TreeNode): string | null {
  let body: string | null = null
  let plpgsql = true
  for (const { defname, arg } of nodesIn(node.args, 'DefElem')) {
    const text = String(nodeAt(nodeAt(arg).String).sval ?? '')
    if (defname === 'as') body = text
    else plpgsql = text.toLowerCase() === 'plpgsql'
  }
  return plpgsql && body !== '' ? body : null
}

/** A block as PL/pgSQL's parser has it. */
export function parseBlock(parser: Parser, body: string): Tree {
  const quote = '$nself_block$'
  return parser.parsePlPgSql(`CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS ${quote}${body}${quote}`)
}

/** The SQL of an expression of PL/pgSQL. */
export function queryOf(expression: unknown): string | undefined {
  const { query } = nodeAt(nodeAt(expression).PLpgSQL_expr)
  return typeof query === 'string' ? query : undefined
}

/** The text constants in a tree. */
export function textConstants(tree: Tree | null): string[] {
  const texts: string[] = []
  visit(tree, (type, node) => {
    const { sval } = nodeAt(node.sval)
    if (type === 'A_Const' && typeof sval === 'string') texts.push(sval)
    return true
  })
  return texts
}
