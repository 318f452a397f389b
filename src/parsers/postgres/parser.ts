import { NselfError } from '../../core/errors.ts'
import type { Location } from '../../core/location.ts'
import type { Tree } from '../../core/sql/tree.ts'

interface SyntaxErrorOfSql {
  readonly sqlDetails?: { readonly message: string; readonly cursorPosition: number }
}

/** Offsets count bytes of UTF-8; `end` is exclusive. */
export interface SqlToken {
  readonly text: string
  readonly start: number
  readonly end: number
}

export interface Parser {
  readonly parse: (sql: string) => Tree
  readonly parsePlPgSql: (sql: string) => Tree
  /** Whether all statements of a text can be parsed. No tree is made, which would take three times as long. */
  readonly isParsable: (sql: string) => boolean
  /** A text with parameters in place of its values. */
  readonly normalize: (sql: string) => string
  /** The same for statements that differ only in values, in how many there are in a list, and in blanks. */
  readonly fingerprint: (sql: string) => string
  /** The tokens of a text, comments among them. */
  readonly tokensOf: (sql: string) => readonly SqlToken[]
  /** What either throws for a text that cannot be parsed. */
  readonly isSyntaxError: (error: unknown) => error is SyntaxErrorOfSql
}

/** The major of PostgreSQL that the parser is from. */
export const parserMajor = 18

/** A comment that no message begins with. */
const mark = '/*nself*/'

let prepare = async () => {}

/** What is to be done before the parser is loaded, for whoever owns the process. */
export function beforeParser(work: () => Promise<void>): void {
  prepare = work
}

/** Loaded only where a statement is looked at: it takes 70 ms. */
export async function loadParser(): Promise<Parser> {
  await prepare()
  const { loadModule, parseSync, parsePlPgSQLSync, normalizeSync, fingerprintSync, scanSync, hasSqlDetails } =
    await import('libpg-query')
  await loadModule()
  return {
    parse: parseSync,
    parsePlPgSql: parsePlPgSQLSync,
    // The cheapest of its functions. What is wrong comes as an error or in place of the text.
    isParsable: (sql) => {
      try {
        return normalizeSync(`${mark}${sql}`).startsWith(mark)
      } catch {
        return false
      }
    },
    normalize: normalizeSync,
    fingerprint: fingerprintSync,
    tokensOf: (sql) => scanSync(sql).tokens,
    isSyntaxError: hasSqlDetails,
  }
}

/** What the parser says of a text that it cannot parse, and where. */
export interface SyntaxFault {
  readonly message: string
  /** UTF-16 units from the beginning of the text. */
  readonly offset: number
}

/** The tree of one statement; null for one that is nested too deeply for the parser, though perhaps not for a server. */
export function treeOrFault(parser: Parser, sql: string): Tree | SyntaxFault | null {
  try {
    return parser.parse(sql)
  } catch (error) {
    if (error instanceof RangeError) return null
    if (!parser.isSyntaxError(error) || error.sqlDetails === undefined) throw error
    const { message, cursorPosition } = error.sqlDetails
    if (/memory exhausted|stack depth/.test(message)) return null
    // The parser counts characters from 0.
    return { message, offset: [...sql].slice(0, Math.max(cursorPosition, 0)).join('').length }
  }
}

/** Whether a text could not be parsed. */
export function isFault(parsed: Tree | SyntaxFault | null): parsed is SyntaxFault {
  return parsed !== null && 'offset' in parsed
}

/** A statement that cannot be parsed, or cannot run as its file says. */
interface Fault {
  readonly message: string
  readonly location: Location
  /** What to write instead, of what can be parsed. */
  readonly hint?: string
}

/** @param what it is that cannot be parsed. */
export function unparsable({ message, location, hint }: Fault, what = 'this'): NselfError {
  if (hint !== undefined)
    return new NselfError('invalid-migration', message, { location, hint: `${hint}; nothing was run` })
  // Where the colon itself is at fault nothing was filled in.
  const rest = /at or near ":"/.test(message) ? [...location.excerpt].slice(location.caret - 1).join('') : ''
  const [use, , name] = /^:(['"])(\w+)\1/.exec(rest) ?? []
  const declare = use === undefined ? '' : `; to have ${use} filled in, declare it: -- nself: variables ${name}`
  const isEnd = /^:(?:from|to)\b/i.test(rest)
  const batch = isEnd ? '; to run it in batches, write above it: -- nself: batch TABLE by KEY' : ''
  return new NselfError('invalid-migration', message, {
    location,
    hint: `PostgreSQL cannot parse ${what}; nothing was run${declare}${batch}`,
  })
}
