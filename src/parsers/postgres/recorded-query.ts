import type { ReadStatement } from '../../core/queries/collection.ts'
import { listAt, nodeAt, type RelationName, relationOf, type TreeNode, visit, wordsOf } from '../../core/sql/tree.ts'
import { loadParser, type Parser } from './parser.ts'

/** Turns statements as a server tells them into queries without values. */
export interface QueryReader {
  /** Of each statement of a text what it is. */
  readonly read: (text: string) => ReadStatement[]
}

const prepared = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'])
/** Longer ones are loads of rows, not what an application asks again and again. */
const longest = 1_000_000

/** Loads PostgreSQL's parser. */
export async function queryReader(): Promise<QueryReader> {
  const parser = await loadParser()
  const known = new Map<string, ReadStatement[]>()
  const read = (text: string) => {
    const key = withoutValues(text)
    if (key === null) return readAll(parser, text)
    const found = known.get(key) ?? readAll(parser, text)
    if (known.size < mostKnown) known.set(key, found)
    return found
  }
  return { read }
}

/** A log has the same statement with other values again and again: it is parsed once. */
const mostKnown = 20_000

/** A text that is the same for statements which differ in values alone; null where that cannot be told without a parser. */
function withoutValues(text: string): string | null {
  if (text.length > 10_000 || /[\\]|--|\/\*|\$(?!\d)/.test(text)) return null
  return text.replace(/"(?:[^"]|"")*"|'(?:[^']|'')*'|(?<![\w$.])\d+(?:\.\d+)?(?!\w)/g, (part) =>
    part.startsWith('"') ? part : part.startsWith("'") ? "''" : '0',
  )
}

const unreadable: ReadStatement = { kind: 'unreadable' }

function readAll(parser: Parser, text: string): ReadStatement[] {
  if (text.length > longest || text.includes('\0')) return [unreadable]
  try {
    const bytes = Buffer.from(text)
    return listAt(nodeAt(parser.parse(text)).stmts).map((item) => {
      const { stmt, stmt_location: start = 0, stmt_len: length } = nodeAt(item)
      const [type = ''] = Object.keys(nodeAt(stmt))
      if (!prepared.has(type)) return { kind: 'utility' }
      if (!isOfApplication(stmt)) return { kind: 'own' }
      const end = typeof length === 'number' ? Number(start) + length : bytes.length
      return readOne(parser, bytes.subarray(Number(start), end).toString())
    })
  } catch (error) {
    if (error instanceof RangeError || parser.isSyntaxError(error)) return [unreadable]
    throw error
  }
}

function readOne(parser: Parser, sql: string): ReadStatement {
  const text = preparable(parser, inOneLine(parser, parser.normalize(sql)))
  // Better to leave out a query than to keep a value.
  if (text.includes('\n') || parser.tokensOf(text).some(isText)) return unreadable
  return { kind: 'query', text, fingerprint: parser.fingerprint(text) }
}

const isText = ({ text }: { readonly text: string }): boolean => /^(?:[eEbBxXnN]|[uU]&)?'|^\$[^\d]/.test(text)

/** Without comments, which can hold values too, and with one blank where others stood. */
function inOneLine(parser: Parser, sql: string): string {
  const bytes = Buffer.from(sql)
  let [line, before] = ['', 0]
  for (const { text, start, end } of parser.tokensOf(sql)) {
    if (text.startsWith('--') || text.startsWith('/*')) continue
    line += `${line !== '' && start > before ? ' ' : ''}${bytes.subarray(start, end)}`
    before = end
  }
  return line.replace(/ ?;+$/, '')
}

/**
 * As a server takes it: where a literal had its type before it, or was a word of the grammar, no parameter can stand.
 * `interval $1` becomes `CAST($1 AS interval)`, `extract($1 FROM …)` a call.
 */
function preparable(parser: Parser, sql: string): string {
  if (!/\w\s+\$\d|extract\s*\(\s*\$\d/i.test(sql)) return sql
  const bytes = Buffer.from(sql)
  const edits: { start: number; end: number; text: string }[] = []
  visit(parser.parse(sql), (type, node) => {
    const edit = type === 'TypeCast' ? castEdit(bytes, node) : type === 'FuncCall' ? extractEdit(bytes, node) : null
    if (edit !== null) edits.push(edit)
    return true
  })
  return edits
    .sort((a, b) => b.start - a.start)
    .reduce((text, { start, end, text: fresh }) => {
      const all = Buffer.from(text)
      return `${all.subarray(0, start)}${fresh}${all.subarray(end)}`
    }, sql)
}

function castEdit(bytes: Buffer, { arg, typeName, location }: TreeNode) {
  const param = nodeAt(nodeAt(arg).ParamRef)
  const [from, to] = [nodeAt(typeName).location, param.location]
  // Of a cast that is written as one the place is known.
  if (typeof from !== 'number' || typeof to !== 'number' || from > to || location !== -1) return null
  const name = `$${param.number}`
  return { start: from, end: to + name.length, text: `CAST(${name} AS ${bytes.subarray(from, to).toString().trim()})` }
}

function extractEdit(bytes: Buffer, { funcname, args, location }: TreeNode) {
  const param = nodeAt(nodeAt(listAt(args)[0]).ParamRef)
  if (typeof location !== 'number' || wordsOf(funcname).at(-1) !== 'extract' || param.number === undefined) return null
  const [found] = /^extract\s*\(\s*\$\d+\s+from\b/i.exec(bytes.subarray(location).toString()) ?? []
  if (found === undefined) return null
  const end = location + Buffer.byteLength(found)
  return { start: location, end, text: `pg_catalog."extract"($${param.number},` }
}

const systemSchemas = new Set(['pg_catalog', 'information_schema', 'pg_toast'])
/** What clients ask of a server for themselves. */
const everyday = new Set(
  'now version current_setting set_config current_database current_schema current_schemas clock_timestamp'.split(' '),
)

/** Of an extension, in whichever schema it is. */
const isStatistics = /^pg_stat_statements(?:_info)?$/

/** It asks of a table or a function of the application. */
function isOfApplication(tree: unknown): boolean {
  const relations = relationsOf(tree)
  if (relations.some(({ schema }) => schema === 'nself') || namesOurs(tree)) return false
  const isSystem = ({ schema, name }: RelationName) =>
    systemSchemas.has(schema ?? '') || (schema === null && name.startsWith('pg_')) || isStatistics.test(name)
  return relations.length === 0 ? callsOwnFunction(tree) : !relations.every(isSystem)
}

/** All that it reads from or writes to, but its own common table expressions. */
function relationsOf(tree: unknown): RelationName[] {
  const local = new Set<string>()
  const found: RelationName[] = []
  visit(tree, (type, node) => {
    if (type === 'CommonTableExpr') local.add(String(node.ctename))
    if (type === 'RangeVar') found.push(relationOf(node))
    // What is written to stands there without its type.
    else if (nodeAt(node.relation).relname !== undefined) found.push(relationOf(nodeAt(node.relation)))
    return true
  })
  return found.filter(({ schema, name }) => schema !== null || !local.has(name))
}

/** nself asks the rows of an application too, under names of its own. */
function namesOurs(tree: unknown): boolean {
  let found = false
  visit(tree, (type, node) => {
    const name = String(nodeAt(node.alias).aliasname ?? node.ctename ?? '')
    if (name.startsWith('nself_') || (type === 'FuncCall' && wordsOf(node.funcname)[0] === 'nself')) found = true
    return !found
  })
  return found
}

function callsOwnFunction(tree: unknown): boolean {
  let found = false
  visit(tree, (type, node) => {
    if (type !== 'FuncCall') return true
    const words = wordsOf(node.funcname)
    const name = words.at(-1) ?? ''
    if (words[0] !== 'pg_catalog' && !name.startsWith('pg_') && !everyday.has(name)) found = true
    return !found
  })
  return found
}
