import { NselfError } from '../../core/errors.ts'
import type { Location } from '../../core/location.ts'
import type { Tree } from '../../core/sql/tree.ts'

interface SyntaxErrorOfSql {
  readonly sqlDetails?: { readonly message: string; readonly cursorPosition: number }
}

export interface Parser {
  readonly parse: (sql: string) => Tree
  readonly parsePlPgSql: (sql: string) => Tree
  /** What either throws for a text that cannot be parsed. */
  readonly isSyntaxError: (error: unknown) => error is SyntaxErrorOfSql
}

/** Loaded only where a statement is looked at: it takes 70 ms. */
export async function loadParser(): Promise<Parser> {
  const { loadModule, parseSync, parsePlPgSQLSync, hasSqlDetails } = await import('libpg-query')
  await loadModule()
  return {
    parse: parseSync,
    parsePlPgSql: parsePlPgSQLSync,
    isSyntaxError: hasSqlDetails,
  }
}

/**
 * The tree of one statement; null for one that is nested too deeply for the parser, though perhaps not for a server.
 * @throws NselfError `invalid-migration` where PostgreSQL cannot parse it.
 */
export function parseStatement(parser: Parser, sql: string, at: (offset: number) => Location): Tree | null {
  try {
    return parser.parse(sql)
  } catch (error) {
    if (error instanceof RangeError) return null
    if (!parser.isSyntaxError(error) || error.sqlDetails === undefined) throw error
    const { sqlDetails } = error
    if (/memory exhausted|stack depth/.test(sqlDetails.message)) return null
    // The parser counts characters from 0.
    const offset = [...sql].slice(0, Math.max(sqlDetails.cursorPosition, 0)).join('').length
    throw new NselfError('invalid-migration', sqlDetails.message, {
      location: at(offset),
      hint: 'PostgreSQL cannot parse this; nothing was run',
      cause: error,
    })
  }
}
