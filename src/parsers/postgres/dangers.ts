import { type Danger, dangersOf, Made, type Tree, visit } from '../../core/danger.ts'
import { NselfError } from '../../core/errors.ts'
import type { Location } from '../../core/location.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { locateIn, openSection } from '../../core/migration/section-text.ts'

/** A danger and where it stands. */
export interface Finding extends Danger {
  readonly migration: string
  readonly location: Location
}

interface Parser {
  readonly parse: (sql: string) => Tree
  readonly parsePlPgSql: (sql: string) => Tree
}

/** Loaded only where a statement is looked at: it takes 70 ms. */
async function loadParser(): Promise<Parser> {
  const { loadModule, parseSync, parsePlPgSQLSync } = await import('libpg-query')
  await loadModule()
  return {
    parse: (sql) => parseSync(sql) as unknown as Tree,
    parsePlPgSql: (sql) => parsePlPgSQLSync(sql) as unknown as Tree,
  }
}

/** A file too large to be held is mostly data: what only puts rows into a table needs no parser. */
const plainInsert = /^INSERT\s+INTO\s+[^()]*(?:\([^()]*\)\s*)?VALUES\b/i

/**
 * What the UP of these migrations destroys, by PostgreSQL's own parser, also inside DO blocks as far as it can see.
 * @throws NselfError `invalid-migration` at the first statement that PostgreSQL cannot parse.
 */
export async function inspect(migrations: readonly Migration[]): Promise<Finding[]> {
  const parser = await loadParser()
  const made = new Made()
  const findings: Finding[] = []
  for (const { name, path, up } of migrations) {
    const text = openSection(up)
    for (const statement of up.statements) {
      const sql = text.sql(statement)
      if (up.kind === 'streamed' && plainInsert.test(sql)) continue
      const at = (offset: number) => locateIn(up, path, statement.start, sql, offset)
      for (const { line, ...danger } of dangersIn(parser, sql, made, at)) {
        const location = line === 0 ? at(0) : at(lineOffset(sql, line))
        findings.push({ ...danger, migration: name, location })
      }
    }
    made.endFile()
  }
  return findings
}

/** True when one of these texts may hold what `inspect` finds: a cheap look that spares loading the parser. */
export function maybeDangerous(sql: string): boolean {
  return /\b(?:drop|truncate|delete|update|type)\b/i.test(sql)
}

type Found = Danger & { readonly line: number }

function dangersIn(parser: Parser, sql: string, made: Made, at: (offset: number) => Location): Found[] {
  const tree = parsed(parser, sql, at)
  const found: Found[] = dangersOf(tree, made).map((danger) => ({ ...danger, line: 0 }))
  visit(tree, (type, node) => {
    if (type === 'DoStmt') found.push(...dangersInBlock(parser, node, sql, made))
    return type !== 'CreateFunctionStmt'
  })
  return found
}

function parsed(parser: Parser, sql: string, at: (offset: number) => Location): Tree {
  try {
    return parser.parse(sql)
  } catch (error) {
    const { sqlDetails } = error as { sqlDetails?: { message: string; cursorPosition: number } }
    if (sqlDetails === undefined) throw error
    // The parser counts characters from 0.
    const offset = [...sql].slice(0, Math.max(sqlDetails.cursorPosition, 0)).join('').length
    throw new NselfError('invalid-migration', sqlDetails.message, {
      location: at(offset),
      hint: 'PostgreSQL cannot parse this; nothing was run',
      cause: error,
    })
  }
}

/** What a DO block runs: its statements, and EXECUTE of a text that can be read here. */
function dangersInBlock(parser: Parser, node: { readonly [key: string]: unknown }, sql: string, made: Made): Found[] {
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

function queriesIn(parser: Parser, body: string): { text: string; line: number }[] {
  const quote = '$nself_block$'
  const queries: { text: string; line: number }[] = []
  try {
    const tree = parser.parsePlPgSql(`CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS ${quote}${body}${quote}`)
    visit(tree, (type, node) => {
      const line = Math.max(Number(node.lineno ?? 1) - 1, 0)
      const text = (node.sqlstmt as { PLpgSQL_expr?: { query?: string } } | undefined)?.PLpgSQL_expr?.query
      if (type === 'PLpgSQL_stmt_execsql' && text !== undefined) queries.push({ text, line })
      if (type === 'PLpgSQL_stmt_dynexecute' || type === 'PLpgSQL_stmt_dynfors') {
        const dynamic = (node.query as { PLpgSQL_expr?: { query?: string } } | undefined)?.PLpgSQL_expr?.query
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
  const literals: string[] = []
  visit(parser.parse(`SELECT ${expression}`), (type, node) => {
    const text = (node.sval as { sval?: string } | undefined)?.sval
    if (type === 'A_Const' && text !== undefined) literals.push(text.replace(/%(?:\d+\$)?[ILs]/g, '"…"'))
    return true
  })
  return literals
}

function lineOffset(text: string, lines: number): number {
  let at = 0
  for (let i = 0; i < lines; i++) at = text.indexOf('\n', at) + 1
  return at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0)
}
