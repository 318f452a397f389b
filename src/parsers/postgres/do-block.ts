import { type Danger, dangersOf, type Made } from '../../core/effects/danger.ts'
import { type TreeNode, visit } from '../../core/sql/tree.ts'
import type { Parser } from './parser.ts'

/** A danger and on which line of its statement it stands; 0 for its beginning. */
export type Found = Danger & { readonly line: number }

/** What a DO block runs: its statements, and EXECUTE of a text that can be read here. */
export function dangersInBlock(parser: Parser, node: TreeNode, sql: string, made: Made): Found[] {
  let body = ''
  let plpgsql = true
  for (const { DefElem: element } of (node.args ?? []) as readonly { DefElem: { defname: string; arg: unknown } }[]) {
    const text = (element.arg as { String?: { sval?: string } }).String?.sval ?? ''
    if (element.defname === 'as') body = text
    else plpgsql = text.toLowerCase() === 'plpgsql'
  }
  if (!plpgsql) return []
  const first = sql.slice(0, Math.max(sql.indexOf(body), 0)).split('\n').length - 1
  const found: Found[] = []
  for (const { text, line } of queriesIn(parser, body)) {
    try {
      const tree = parser.parse(text)
      found.push(...dangersOf(tree, made).map((danger) => ({ ...danger, line: first + line })))
    } catch {
      // A piece of PL/pgSQL that is no statement by itself.
    }
  }
  return found
}

const running = new Set(['PLpgSQL_stmt_execsql', 'PLpgSQL_stmt_fors', 'PLpgSQL_stmt_return_query'])

function queriesIn(parser: Parser, body: string): { text: string; line: number }[] {
  const quote = '$nself_block$'
  const queries: { text: string; line: number }[] = []
  try {
    const tree = parser.parsePlPgSql(`CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS ${quote}${body}${quote}`)
    visit(tree, (type, node) => {
      const line = Math.max(Number(node.lineno ?? 1) - 1, 0)
      const text = queryOf(node.sqlstmt ?? node.query)
      if (running.has(type) && text !== undefined) queries.push({ text, line })
      if (type === 'PLpgSQL_stmt_dynexecute' || type === 'PLpgSQL_stmt_dynfors') {
        const dynamic = queryOf(node.query)
        if (dynamic !== undefined)
          queries.push(...literalsIn(parser, dynamic).map((literal) => ({ text: literal, line })))
      }
      return true
    })
  } catch {
    // The server's own parser will say what is wrong with it.
  }
  return queries
}

function queryOf(expression: unknown): string | undefined {
  return (expression as { PLpgSQL_expr?: { query?: string } } | undefined)?.PLpgSQL_expr?.query
}

/** The text constants of an expression, with what format() would put in replaced by a name. */
function literalsIn(parser: Parser, expression: string): string[] {
  const literals: string[] = []
  visit(parser.parse(`SELECT ${expression}`), (type, node) => {
    const text = (node.sval as { sval?: string } | undefined)?.sval
    if (type === 'A_Const' && text !== undefined) literals.push(text.replace(/%(?:\d+\$)?[ILs]/g, '"…"'))
    return true
  })
  return literals
}
