import { firstStatement, listAt, nodeAt, nodesIn, type Tree, wordsOf } from '../../core/sql/tree.ts'
import { isFault, type Parser, type SyntaxFault, treeOrFault } from './parser.ts'

/** Whether a statement may have a body that is a text of its own. */
export function mayHaveBody(sql: string): boolean {
  return /^(?:do\b|create\b[\s\S]*?\b(?:function|procedure)\b)/i.test(sql)
}

/**
 * What is wrong with the syntax of a function's or a DO block's body, which the server parses only when it makes or
 * runs it. Null for one that is fine, in another language than SQL and PL/pgSQL, or of which only the server can tell.
 */
export function faultInBody(parser: Parser, sql: string, tree: Tree): SyntaxFault | null {
  const [type, node] = firstStatement(tree)
  const body = type === 'DoStmt' ? bodyOf(node.args, 'plpgsql') : bodyOf(node.options, '')
  if (body === null || (type !== 'DoStmt' && type !== 'CreateFunctionStmt')) return null
  const fault = body.language === 'sql' ? faultOfSql(parser, body.text) : faultOfBlock(parser, sql, body)
  if (fault === null) return null
  const start = sql.indexOf(body.text)
  // A body in single quotes may have some of its own doubled.
  return { message: fault.message, offset: start === -1 ? 0 : start + fault.offset }
}

interface Body {
  readonly language: string
  readonly text: string
}

function bodyOf(options: unknown, otherwise: string): Body | null {
  let [language, text] = [otherwise, '']
  for (const { defname, arg } of nodesIn(options, 'DefElem')) {
    if (defname === 'language') language = wordsOf(arg)[0]?.toLowerCase() ?? language
    if (defname === 'as') text = textOf(arg)
  }
  return ['sql', 'plpgsql'].includes(language) && text.trim() !== '' ? { language, text } : null
}

/** A function's is in a list, a block's is not. */
function textOf(arg: unknown): string {
  const { List, String: single } = nodeAt(arg)
  const [first] = listAt(nodeAt(List).items)
  return String((single === undefined ? nodeAt(nodeAt(first).String) : nodeAt(single)).sval ?? '')
}

function faultOfSql(parser: Parser, body: string): SyntaxFault | null {
  if (parser.isParsable(body)) return null
  const found = treeOrFault(parser, body)
  return isFault(found) ? found : null
}

/** What PL/pgSQL's parser says of names it says without a catalog: that is the server's to say. */
const ofSyntax = /^(?:syntax error|unterminated|mismatched|missing|unexpected end)/
const near = /at or near "([\s\S]*)"$/

function faultOfBlock(parser: Parser, sql: string, { text }: Body): SyntaxFault | null {
  const message = complaint(parser, sql)
  if (message === null || !ofSyntax.test(message)) return null
  const word = near.exec(message)?.[1]
  const end = text.trimEnd().length
  if (word === undefined) return { message, offset: /end of/.test(message) ? Math.max(end - 1, 0) : inkAt(text) }
  return { message, offset: placeOf(parser, sql, text, word) ?? inkAt(text) }
}

const inkAt = (text: string): number => Math.max(text.search(/\S/), 0)

/** What PL/pgSQL's parser says against a statement; it tells no place. */
function complaint(parser: Parser, sql: string): string | null {
  try {
    parser.parsePlPgSql(sql)
    return null
  } catch (error) {
    return error instanceof RangeError || !(error instanceof Error) ? null : error.message
  }
}

/** Three words that stand after each other nowhere. */
const probe = 'nself_probe nself_probe nself_probe'
const triedAtMost = 200

/**
 * Where the word stands at which the parser stopped. What is wrong at one place or behind it is said only of the
 * first: so it is the last of them that the parser meets when it is made wrong.
 */
function placeOf(parser: Parser, sql: string, body: string, word: string): number | null {
  const start = sql.indexOf(body)
  if (start === -1) return null
  const places: number[] = []
  for (let at = body.indexOf(word); at !== -1; at = body.indexOf(word, at + word.length)) places.push(at)
  for (const at of places.slice(-triedAtMost).reverse()) {
    const from = start + at
    const tried = `${sql.slice(0, from)} ${probe} ${sql.slice(from + word.length)}`
    if (complaint(parser, tried)?.includes('"nself_probe"') === true) return at
  }
  return null
}
