import { parseHeader } from '../migration/headers.ts'
import { isMarker, markerLookalike } from '../migration/marker.ts'
import { Lexer, SqlError, type Token } from '../sql/lexer.ts'

/** SQL of another tool as a section of ours can hold it. */
export interface NeutralSql {
  readonly sql: string
  /** How many statements it has, but for BEGIN and COMMIT. */
  readonly statements: number
  readonly notes: readonly string[]
  /** Why it cannot be read; then `sql` is as it was. */
  readonly fault: SqlError | null
}

/** What psql does for the person who watches it, and not to the database. */
const harmless =
  /^\\(?:echo|qecho|warn|timing|pset|x|a|t|f|H|set\s+(?:ON_ERROR_STOP|QUIET|VERBOSITY|ECHO|AUTOCOMMIT\s+on)|encoding\s+['"]?UTF-?8['"]?\s*$|conninfo|p|r)(?:\s|$)/i

/**
 * Makes comments that would be read as marks or headers plain comments, and lines for psql too, where nothing hangs on
 * them. The rest stays letter for letter.
 */
export function neutralSql(text: string): NeutralSql {
  const notes: string[] = []
  let sql = text
  for (;;) {
    try {
      const tokens = tokensOf(sql)
      const statements = tokens.filter((token) => token.kind === 'statement' && !isControl(token.words)).length
      return { sql: withPlainComments(sql, tokens), statements, notes, fault: null }
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      const line = sql.charAt(error.offset) === '\\' ? lineAt(sql, error.offset) : ''
      if (!harmless.test(line)) return { sql: text, statements: 1, notes, fault: error }
      notes.push(`${line.split(/\s/, 1)[0]} is a psql command: it is now a comment`)
      sql = `${sql.slice(0, error.offset)}-- psql: ${sql.slice(error.offset)}`
    }
  }
}

const lineAt = (text: string, at: number) => /[^\r\n]*/.exec(text.slice(at, at + 1000))?.[0] ?? ''

const isControl = ([first]: readonly string[]) => ['BEGIN', 'COMMIT', 'END'].includes(first ?? '')

function tokensOf(sql: string): Token[] {
  const lexer = new Lexer()
  return [...lexer.push(sql), ...lexer.finish()]
}

function withPlainComments(sql: string, tokens: readonly Token[]): string {
  let text = ''
  let taken = 0
  for (const token of tokens) {
    if (token.kind !== 'comment' || !meansSomething(token)) continue
    text += `${sql.slice(taken, token.start)}${plain(token.text)}`
    taken = token.end
  }
  return text + sql.slice(taken)
}

function meansSomething(comment: Extract<Token, { kind: 'comment' }>): boolean {
  if (comment.alone && (isMarker(comment.text) || markerLookalike(comment.text) !== null)) return true
  try {
    return parseHeader(comment) !== null
  } catch {
    return true
  }
}

/** Other words come first: then it reads as no mark of any tool. */
function plain(comment: string): string {
  if (comment.startsWith('/*')) return comment.replace(/^\/\*+/, (stars) => `${stars} (comment)`)
  return comment.replace(/^-+/, (dashes) => `${dashes} (comment)`)
}
