import type { Danger, Made } from '../../core/effects/danger.ts'
import { dangersOf } from '../../core/effects/statement-dangers.ts'
import { type StatementNodes, statementNodes } from '../../core/sql/statement-nodes.ts'
import { type Tree, type TreeNode, visit } from '../../core/sql/tree.ts'
import type { Parser } from './parser.ts'
import { blockBody, parseBlock, queryOf, textConstants } from './plpgsql.ts'

/** A danger and on which line of its statement it stands; 0 for its beginning. */
export type DangerInBlock = Danger & { readonly line: number }

/** What a DO block destroys. */
export function dangersInBlock(parser: Parser, node: TreeNode, sql: string, made: Made): DangerInBlock[] {
  return treesInBlock(parser, node, sql).flatMap(({ tree, line }) =>
    statementNodes(tree).flatMap((statement) => dangersOf(statement, made).map((danger) => ({ ...danger, line }))),
  )
}

/** A statement in a DO block; the line counts from that on which the block begins, from 0. */
interface TreeInBlock {
  readonly tree: Tree
  readonly text: string
  readonly line: number
}

/** What a DO block runs: its statements, and EXECUTE of a text that can be read here. */
export function treesInBlock(parser: Parser, node: TreeNode, sql: string): TreeInBlock[] {
  const body = blockBody(node)
  if (body === null) return []
  const first = sql.slice(0, Math.max(sql.indexOf(body), 0)).split('\n').length - 1
  return queriesIn(parser, body).flatMap(({ text, line }) => {
    try {
      return [{ tree: parser.parse(text), text, line: first + line }]
    } catch {
      // A piece of PL/pgSQL that is no statement by itself.
      return []
    }
  })
}

const running = new Set(['PLpgSQL_stmt_execsql', 'PLpgSQL_stmt_fors', 'PLpgSQL_stmt_return_query'])

function queriesIn(parser: Parser, body: string): { text: string; line: number }[] {
  const queries: { text: string; line: number }[] = []
  try {
    visit(parseBlock(parser, body), (type, node) => {
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

/** The text constants of an expression, with what format() would put in replaced by a name. */
function literalsIn(parser: Parser, expression: string): string[] {
  const texts = textConstants(parser.parse(`SELECT ${expression}`))
  return texts.map((text) => text.replace(/%(?:\d+\$)?[ILs]/g, '"…"'))
}

const deciding = new Set(['block', 'if', 'raise', 'return'].map((word) => `PLpgSQL_stmt_${word}`))

/**
 * Whether a DO block only looks and decides whether to fail: it runs no statement, and commits nothing.
 * @param isQuiet whether an expression calls nothing that somebody may have written to do anything.
 */
export function onlyLooks(parser: Parser, node: TreeNode, isQuiet: (expression: StatementNodes) => boolean): boolean {
  const body = blockBody(node)
  if (body === null) return false
  let found = true
  try {
    visit(parseBlock(parser, body), (type, { query }) => {
      if (type.startsWith('PLpgSQL_stmt_') && !deciding.has(type)) found = false
      if (type === 'PLpgSQL_expr')
        found = found && statementNodes(parser.parse(`SELECT ${String(query)}`)).every(isQuiet)
      return found
    })
  } catch {
    return false
  }
  return found
}

/** The offset of the first word in the line that is this many lines after the first. */
export function lineOffset(text: string, lines: number): number {
  let at = 0
  for (let i = 0; i < lines; i++) at = text.indexOf('\n', at) + 1
  return at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0)
}
