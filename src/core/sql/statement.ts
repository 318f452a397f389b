import { certain } from '../certain.ts'
import { Lexer, type StatementToken } from './lexer.ts'

/** How a statement stands to transactions. */
export type TransactionRole =
  /** May run in a transaction, like nearly everything. */
  | 'inside'
  /** PostgreSQL refuses it in a transaction. */
  | 'outside'
  /** Begins or ends a transaction itself. */
  | 'begins'
  | 'ends'

const endings = new Set(['COMMIT', 'END', 'ROLLBACK', 'ABORT'])

/** Tells from a statement's leading words how it stands to transactions (PreventInTransactionBlock in PostgreSQL). */
export function transactionRole(words: readonly string[]): TransactionRole {
  const [first, second] = words
  if (first === undefined) return 'inside'
  if (endings.has(first)) {
    if (second === 'PREPARED') return 'outside'
    return words.includes('TO') ? 'inside' : 'ends'
  }
  if (first === 'PREPARE' && second === 'TRANSACTION') return 'ends'
  if (first === 'BEGIN' || (first === 'START' && second === 'TRANSACTION')) return 'begins'
  return isOutside(words, first, second) ? 'outside' : 'inside'
}

function isOutside(words: readonly string[], first: string, second: string | undefined): boolean {
  switch (first) {
    case 'VACUUM':
      return true
    case 'CLUSTER':
      return second === undefined || (second === 'VERBOSE' && words.length === 2)
    case 'DISCARD':
      return second === 'ALL'
    case 'REINDEX':
      return reindexesOutside(words)
    case 'CREATE':
    case 'DROP':
      return (
        ['DATABASE', 'TABLESPACE'].includes(second ?? '') ||
        (second === 'SUBSCRIPTION' && !isOff(words, 'CONNECT') && !isOff(words, 'CREATE_SLOT')) ||
        (words.slice(1, 3).includes('INDEX') && words.slice(2, 4).includes('CONCURRENTLY'))
      )
    case 'ALTER':
      return (
        second === 'SYSTEM' ||
        (second === 'DATABASE' && words.includes('TABLESPACE')) ||
        (second === 'SUBSCRIPTION' && words.includes('PUBLICATION') && !isOff(words, 'REFRESH')) ||
        (words[words.indexOf('DETACH') + 1] === 'PARTITION' &&
          ['CONCURRENTLY', 'FINALIZE'].includes(certain(words.at(-1))))
      )
    default:
      return false
  }
}

/** An option of a subscription that is switched off: without its slot and its tables it does not speak to the publisher. */
function isOff(words: readonly string[], option: string): boolean {
  const at = words.lastIndexOf(option)
  return at > words.indexOf('WITH') && ['FALSE', 'OFF', '0'].includes(words[at + 1] ?? '')
}

/** REINDEX [(options)] INDEX | TABLE | SCHEMA | DATABASE | SYSTEM [CONCURRENTLY] name */
function reindexesOutside(words: readonly string[]): boolean {
  const at = words.findIndex((word) => ['INDEX', 'TABLE', 'SCHEMA', 'DATABASE', 'SYSTEM'].includes(word))
  const concurrently = words.indexOf('CONCURRENTLY')
  return !['INDEX', 'TABLE'].includes(words[at] ?? '') || (concurrently > 0 && concurrently <= at + 1)
}

/** True for statements that wait for other transactions by design, so that a lock timeout would only break them. */
export function isConcurrent(words: readonly string[]): boolean {
  return words.includes('CONCURRENTLY')
}

const settingOfQuoting = /^set (?:(?:local|session) )?standard_conforming_strings (?:=|to) (?:' )?(.*?)(?: ')?$/
/** As PostgreSQL reads a boolean: any beginning of a word that is no other word's. */
const on = /^(?:on|t|tr|tru|true|y|ye|yes|1)$/

/** True for SET standard_conforming_strings to anything but on: it changes what a quote means, and with it where statements end. */
export function changesQuoting(sql: string): boolean {
  const value = settingOfQuoting.exec(leadingNames(sql, 9).join(' ').toLowerCase())?.[1]
  return value !== undefined && !on.test(value)
}

export interface SqlStatement extends StatementToken {
  readonly sql: string
  /** The data of COPY … FROM STDIN, line ends as in the file; null for any other statement. */
  readonly copyData: string | null
}

/** Splits a text that is known to be well formed into its statements, offsets into `sql`. Throws SqlError. */
export function splitStatements(sql: string): SqlStatement[] {
  const lexer = new Lexer()
  const statements: SqlStatement[] = []
  const tokens = [...lexer.push(sql), ...lexer.finish()]
  for (const token of tokens) {
    if (token.kind === 'statement') {
      statements.push({ ...token, sql: sql.slice(token.start, token.end), copyData: token.copiesIn ? '' : null })
    } else if (token.kind === 'copy-data') {
      const copy = certain(statements.pop())
      statements.push({ ...copy, copyData: copy.copyData + sql.slice(token.start, token.end) })
    }
  }
  return statements
}

const identifierOrWord = /"((?:[^"]|"")*)"|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|--[^\r\n]*|\/\*|\s+|[^\s]/y

/** The leading names of a statement, one entry an identifier: quoted ones as they are, others in lower case, dots as `.`. */
export function leadingNames(sql: string, limit = 40): string[] {
  const names: string[] = []
  identifierOrWord.lastIndex = 0
  for (
    let match = identifierOrWord.exec(sql);
    match !== null && names.length < limit;
    match = identifierOrWord.exec(sql)
  ) {
    const [text, quoted, plain] = match
    if (quoted !== undefined) names.push(quoted.replaceAll('""', '"'))
    else if (plain !== undefined) names.push(plain.toLowerCase())
    else if (text === '/*') identifierOrWord.lastIndex = commentEnd(sql, match.index)
    else if (!/^(--|\s)/.test(text)) names.push(text)
  }
  return names
}

/** Where the comment that opens at `start` ends; comments nest. */
export function commentEnd(sql: string, start: number): number {
  const edge = /\/\*|\*\//g
  edge.lastIndex = start
  let depth = 0
  for (let match = edge.exec(sql); match !== null; match = edge.exec(sql)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return edge.lastIndex
  }
  return sql.length
}
