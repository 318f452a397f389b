/**
 * The one place where SQL text is taken apart. It finds statements, line comments, COPY data and
 * psql's \restrict lines, by the rules of PostgreSQL's own scanner (src/backend/parser/scan.l) and,
 * for what ends a statement, of psql's (psqlscan.l). Text is pushed in pieces of any size and read in
 * whole lines, each once: a file of any size passes through, and only the statement being read is held.
 *
 * It is one class, and longer than a file should be: all of it turns on the fields of one place in the text, and to pass
 * these between files would cost calls for every token of it.
 */

/** Offsets count UTF-16 units from the start of the whole text; `end` is exclusive. */
export interface StatementToken {
  readonly kind: 'statement'
  readonly start: number
  /** Without the semicolon that ends it. */
  readonly end: number
  /** Its leading words outside parentheses (but for options that matter), upper case, quoted ones as `"`; of COPY all of them. */
  readonly words: readonly string[]
  /** True for COPY … FROM STDIN: its data follow as `copy-data`. */
  readonly copiesIn: boolean
}

interface CommentToken {
  readonly kind: 'comment'
  readonly start: number
  readonly end: number
  /** The comment from its two dashes to the end of the line, or from its slash to the other one. */
  readonly text: string
  /** Nothing but blanks stands before it on its line. */
  readonly alone: boolean
  /** It stands between the words of a statement. */
  readonly inStatement: boolean
}

interface CopyDataToken {
  readonly kind: 'copy-data'
  readonly start: number
  readonly end: number
  /** True for the piece that is followed by the line `\.`; a long run of data comes in many pieces. */
  readonly last: boolean
  /** Where the `\.` line ends; equals `end` for a piece that is not the last. */
  readonly terminatorEnd: number
}

/**
 * What is never sent to a server: a `\restrict` or `\unrestrict` line of pg_dump, which is for psql, and a byte order
 * mark between statements, which is there where files were joined.
 */
interface SkipToken {
  readonly kind: 'skip'
  readonly start: number
  readonly end: number
}

export type Token = StatementToken | CommentToken | CopyDataToken | SkipToken

/** A fault in the text itself, at an offset of the whole text. */
export class SqlError extends Error {
  readonly offset: number
  readonly hint: string | undefined

  constructor(offset: number, message: string, hint?: string) {
    super(message)
    this.name = 'SqlError'
    this.offset = offset
    this.hint = hint
  }
}

type LexerState = 'code' | 'string' | 'escape-string' | 'identifier' | 'dollar' | 'comment' | 'copy'

const unterminated: Record<Exclude<LexerState, 'code' | 'copy'>, string> = {
  string: 'unterminated quoted string',
  'escape-string': 'unterminated quoted string',
  identifier: 'unterminated quoted identifier',
  dollar: 'unterminated dollar-quoted string',
  comment: 'unterminated /* comment',
}

const identStart = 'A-Za-z_\\u0080-\\uffff'
/**
 * Whatever may matter in code: a word, a number (`1.` is one: its dot qualifies nothing), or a character
 * that opens, closes or separates something.
 */
const nextInCode = new RegExp(`[${identStart}][\\w$\\u0080-\\uffff]*|\\d[\\w.]*|["'();\\\\$]|--|/\\*|[^\\s]`, 'g')
/** The same once a statement's words no longer matter: jumps over plain text. Only asked where it matches: a match of its own costs more. */
const nextInBody = /["'();\\$]|--|\/\*/g
export const dollarTag = new RegExp(`\\$(?:[${identStart}][\\w\\u0080-\\uffff]*)?\\$`, 'y')
export const identChar = /[\w$\u0080-\uffff]/
const identRun = /[\w$\u0080-\uffff]*/y
const quoteOrEscape = /['\\]/g
/** A block comment that ends on the line on which it begins, with no other in it. */
const oneLine = /\/\*(?:(?!\/\*|\*\/)[^\r\n])*\*\//y
const commentEdge = /\/\*|\*\//g
/** Between two pieces of one string literal: blanks with at least one line end, comments allowed. */
export const continuation = /^[ \t\f\v]*(?:--[^\r\n]*)?[\r\n](?:\s|--[^\r\n]*[\r\n])*$/
/** PostgreSQL ends a line comment at either character. */
const lineEnd = /[\r\n]/g
const blankInLine = /[^\S\r\n]/
/** What psql takes for the end of COPY data; at the end of the text it is the server that takes it. */
const terminator = /\\\.(?:\r?\n|$)/y
const byteOrderMark = '\ufeff'
const unfinished = 'close the parenthesis or the BEGIN ATOMIC body before the marker'
/** Enough to know any statement that matters to the runner; those below matter to nobody. */
const wordsKept = 24
const plain = new Set<string | undefined>([
  'INSERT',
  'UPDATE',
  'DELETE',
  'SELECT',
  'VALUES',
  'WITH',
  'GRANT',
  'COMMENT',
])

/** REINDEX ( may say CONCURRENTLY, and of a subscription its options tell whether it speaks to the publisher. */
function hasOptions(words: readonly string[]): boolean {
  return (words[0] === 'REINDEX' && words.length === 1) || (words[1] === 'SUBSCRIPTION' && words.at(-1) === 'WITH')
}

/** Where the run of characters of one kind that ends at `end` begins, at `floor` at the least. */
export function runStart(text: string, end: number, kind: RegExp, floor = 0): number {
  let at = end
  while (at > floor && kind.test(text.charAt(at - 1))) at--
  return at
}

/** Where the blanks begin that end at `end`. */
function inkEndBefore(text: string, end: number): number {
  let at = end
  while (at > 0 && isBlank(text.charCodeAt(at - 1))) at--
  return at
}

/** A space, or one of tab, line feed, vertical tab, form feed and carriage return. */
const isBlank = (code: number) => code === 32 || (code >= 9 && code <= 13)

/** Where the next line begins that may be the terminator, or -1. */
function lineWith(text: string, from: number): number {
  return text.indexOf('\n\\.', from) + 1 || -1
}

export class Lexer {
  /** The start of a line whose end was not pushed yet. */
  private rest = ''
  /** What is being read: whole lines, and before them the end of the line read last. */
  private text = ''
  /** The statement being read, as far as it stands before `text`. */
  private held = ''
  /** Where the last character before `text` that is not blank ends. */
  private inkEnd = 0
  /** Offset of text[0] in the whole text. */
  private base = 0
  private pos = 0
  private state: LexerState = 'code'
  /** Where the current string, comment or dollar quote opened. */
  private opened = 0
  private tag = ''
  private commentDepth = 0
  /** Where the last E'…' string closed: a literal on the next line continues it, escapes and all. */
  private escapeClosed = -1
  /** Where the last dollar quote, parameter or skipped text ended: no identifier reaches back behind it. */
  private identFloor = 0

  private start: number | null = null
  private words: string[] = []
  private keepsWords = true
  private parens = 0
  /** Inside a parenthesis whose words tell whether the statement may run in a transaction. */
  private inOptions = false
  private atomic = 0
  private previous = ''
  private routine = false
  private copy = false
  /** After COPY … FROM STDIN; the rest of its line must be blank. */
  private copyPending = false

  private tokens: Token[] = []
  private readonly isBoundary: (comment: string) => boolean

  /** `isBoundary` tells which comments, alone on their line, end the statement before them. */
  constructor(isBoundary: (comment: string) => boolean = () => false) {
    this.isBoundary = isBoundary
  }

  /** Reads on; the text may be split anywhere. Returns what the lines completed by it hold, in order. Throws SqlError. */
  push(text: string): Token[] {
    const end = text.lastIndexOf('\n') + 1
    const lines = end === 0 ? '' : this.rest + text.slice(0, end)
    this.rest = end === 0 ? this.rest + text : text.slice(end)
    return this.read(lines)
  }

  /** Ends the text: returns what its last line holds, and a statement without a semicolon. Throws SqlError. */
  finish(): Token[] {
    const tokens = this.read(this.rest)
    this.rest = ''
    if (this.state === 'copy') throw this.copyWithoutData(this.opened - this.base)
    if (this.state !== 'code') {
      throw new SqlError(this.opened, unterminated[this.state], 'close it: everything after it was read as part of it')
    }
    this.endStatement(this.pos)
    if (this.copyPending) throw this.copyWithoutData(this.pos)
    return tokens
  }

  /** True when what is to be pushed next, whole lines, is COPY data. */
  get isInCopyData(): boolean {
    return this.state === 'copy' && this.rest === ''
  }

  /** Passes over whole lines of COPY data, none of them the last, that are not pushed: `length` units. */
  passCopyData(length: number): void {
    this.forget()
    this.base += length
  }

  /** The text of a statement that the last push has returned. */
  slice(start: number, end: number): string {
    if (start >= this.base) return this.text.slice(start - this.base, end - this.base)
    const before = this.base - this.held.length
    return (this.held + this.text).slice(start - before, end - before)
  }

  private read(lines: string): Token[] {
    this.tokens = []
    if (lines === '') return this.tokens
    this.forget()
    this.text += lines
    while (this.pos < this.text.length) this.step()
    return this.tokens
  }

  /** Drops the lines that were read but for their last character, a line end; the unfinished statement is held. */
  private forget(): void {
    if (this.pos === 0) return
    const last = this.pos - 1
    const ink = inkEndBefore(this.text, this.pos)
    if (ink > 0) this.inkEnd = this.base + ink
    if (this.start === null || this.start >= this.base) this.held = ''
    if (this.start !== null) this.held += this.text.slice(Math.max(this.start - this.base, 0), last)
    // That line end stands for all blanks and comments since an E'…' string.
    this.escapeClosed = this.mayContinueEscape(this.pos) ? this.base + last : -1
    this.text = this.text.slice(last)
    this.base += last
    this.pos = 1
  }

  private step(): void {
    switch (this.state) {
      case 'code':
        return this.copyPending ? this.beforeCopyData() : this.code()
      case 'string':
        return this.untilQuote("'")
      case 'identifier':
        return this.untilQuote('"')
      case 'escape-string':
        return this.untilEscapedQuote()
      case 'dollar':
        return this.untilDollar()
      case 'comment':
        return this.untilCommentEnd()
      case 'copy':
        return this.copyData()
    }
  }

  private code(): void {
    if (!this.keepsWords || (this.parens > 0 && !this.inOptions && !this.routine)) return this.body()
    nextInCode.lastIndex = this.pos
    const match = nextInCode.exec(this.text)
    if (match === null) this.pos = this.text.length
    else this.take(match[0], match.index)
  }

  private body(): void {
    nextInBody.lastIndex = this.pos
    if (!nextInBody.test(this.text)) {
      this.pos = this.text.length
      return
    }
    const end = nextInBody.lastIndex
    const last = this.text.charAt(end - 1)
    if (last === '-' || last === '*') this.take(last === '-' ? '--' : '/*', end - 2)
    else this.take(last, end - 1)
  }

  /** What was found in code, which stands at `at`. */
  private take(found: string, at: number): void {
    if (found[0] === byteOrderMark && this.start === null) return this.skip(at, 1)
    switch (found) {
      case '--':
        return this.lineComment(at)
      case '/*':
        return this.blockComment(at)
      case ';':
        return this.semicolon(at)
      case '\\':
        return this.backslash(at)
      default:
        this.begin(at)
    }
    switch (found) {
      case "'":
        return this.open(this.isEscapeString(at) ? 'escape-string' : 'string', at, 1)
      case '"':
        this.word('"')
        return this.open('identifier', at, 1)
      case '$':
        return this.dollar(at)
      case '(':
        this.inOptions = hasOptions(this.words)
        this.parens++
        break
      case ')':
        this.inOptions = false
        if (this.parens > 0) this.parens--
        break
      default:
        if (identChar.test(found)) this.word(found)
        else this.previous = found
    }
    this.pos = at + found.length
  }

  private begin(at: number): void {
    if (this.start === null) this.start = this.base + at
  }

  private open(state: LexerState, at: number, length: number): void {
    this.state = state
    this.opened = this.base + at
    this.pos = at + length
  }

  /** One word of code. Keeps those that tell what the statement is, and pairs BEGIN ATOMIC … END. */
  private word(found: string): void {
    const word = found.toUpperCase()
    if (this.routine) this.pairAtomic(word)
    this.previous = word
    if (this.parens > 0 && !this.inOptions) return
    if (this.words.length > 0) this.words.push(word)
    else {
      // Most statements of a large file keep one word: a list of one takes less than an empty one that grows.
      this.words = [word]
      this.copy = word === 'COPY'
    }
    if (this.words.length <= 4 && this.words[0] === 'CREATE' && (word === 'FUNCTION' || word === 'PROCEDURE')) {
      this.routine = true
    }
    this.keepsWords = this.routine || this.copy || (this.words.length < wordsKept && !plain.has(this.words[0]))
  }

  private pairAtomic(word: string): void {
    if (this.previous === '.' || this.previous === 'AS') return
    if (word === 'ATOMIC' && this.previous === 'BEGIN' && this.parens === 0) this.atomic++
    else if (this.atomic > 0 && word === 'CASE') this.atomic++
    else if (this.atomic > 0 && word === 'END') this.atomic--
  }

  private isEscapeString(at: number): boolean {
    const before = this.text[at - 1]
    if (before === 'E' || before === 'e') {
      if (runStart(this.text, at, identChar, this.identFloor - this.base) === at - 1) return true
    }
    return this.mayContinueEscape(at)
  }

  /** True when nothing but blanks with a line end, and comments, stand between an E'…' string and `at`. */
  private mayContinueEscape(at: number): boolean {
    return this.escapeClosed !== -1 && continuation.test(this.text.slice(this.escapeClosed - this.base, at))
  }

  private dollar(at: number): void {
    // A `$` may stand inside an identifier (a$b$c), but not inside a number.
    const first = runStart(this.text, at, identChar, this.identFloor - this.base)
    if (first < at && !/[0-9]/.test(this.text.charAt(first))) {
      identRun.lastIndex = at
      identRun.test(this.text)
      this.pos = identRun.lastIndex
      return
    }
    dollarTag.lastIndex = at
    const tag = dollarTag.exec(this.text)
    if (tag === null) {
      this.pos = at + 1
      this.identFloor = this.base + this.pos
      return
    }
    this.tag = tag[0]
    this.open('dollar', at, this.tag.length)
  }

  private semicolon(at: number): void {
    this.pos = at + 1
    if (this.parens > 0 || this.atomic > 0) return
    this.endStatement(at)
  }

  private endStatement(end: number): void {
    const { start, words } = this
    const copiesIn = this.copy && words.some((word, i) => word === 'STDIN' && words[i - 1] === 'FROM')
    this.start = null
    this.words = []
    this.keepsWords = true
    this.parens = 0
    this.inOptions = false
    this.atomic = 0
    this.previous = ''
    this.routine = false
    this.copy = false
    this.escapeClosed = -1
    if (start === null) return
    const ink = inkEndBefore(this.text, end)
    this.copyPending = copiesIn
    this.tokens.push({ kind: 'statement', start, end: ink > 0 ? this.base + ink : this.inkEnd, words, copiesIn })
  }

  private lineComment(at: number): void {
    lineEnd.lastIndex = at
    const end = lineEnd.exec(this.text)?.index ?? this.text.length
    const text = this.text.slice(at, end).trimEnd()
    const alone = this.isAlone(at)
    if (alone && this.isBoundary(text)) {
      if (this.parens > 0 || this.atomic > 0) {
        throw new SqlError(this.base + at, 'section marker inside an unfinished statement', unfinished)
      }
      this.endStatement(at)
      if (this.copyPending) throw this.copyWithoutData(at)
    }
    this.pos = end
    this.comment(at, text, alone)
  }

  /** One that ends on its line is told: it may be meant as a marker. */
  private blockComment(at: number): void {
    oneLine.lastIndex = at
    const text = oneLine.exec(this.text)?.[0]
    if (text !== undefined) this.comment(at, text, this.isAlone(at))
    this.commentDepth = 1
    this.open('comment', at, 2)
  }

  private isAlone(at: number): boolean {
    const blank = runStart(this.text, at, blankInLine)
    return blank === 0 || /[\r\n]/.test(this.text.charAt(blank - 1))
  }

  private comment(at: number, text: string, alone: boolean): void {
    const [start, inStatement] = [this.base + at, this.start !== null]
    this.tokens.push({ kind: 'comment', start, end: start + text.length, text, alone, inStatement })
  }

  private backslash(at: number): void {
    const line = /[^\r\n]*/y
    line.lastIndex = at
    const command = line.exec(this.text)?.[0] ?? ''
    if (this.start !== null || !/^\\(un)?restrict(\s|$)/.test(command)) {
      const name = command.split(/\s/, 1)[0]
      throw new SqlError(
        this.base + at,
        `psql command ${name} is not SQL`,
        'psql runs such lines itself; here only SQL, COPY … FROM stdin and \\restrict are understood',
      )
    }
    this.skip(at, command.length)
  }

  private skip(at: number, length: number): void {
    this.pos = at + length
    this.identFloor = this.base + this.pos
    this.tokens.push({ kind: 'skip', start: this.base + at, end: this.base + this.pos })
  }

  private untilQuote(quote: string): void {
    const at = this.text.indexOf(quote, this.pos)
    if (at === -1) this.pos = this.text.length
    else if (this.text[at + 1] === quote) this.pos = at + 2
    else this.close(at + 1)
  }

  private untilEscapedQuote(): void {
    quoteOrEscape.lastIndex = this.pos
    const at = quoteOrEscape.exec(this.text)?.index ?? -1
    if (at === -1) this.pos = this.text.length
    else if (this.text[at] === '\\' || this.text[at + 1] === "'") this.pos = Math.min(at + 2, this.text.length)
    else {
      this.close(at + 1)
      this.escapeClosed = this.base + this.pos
    }
  }

  private untilDollar(): void {
    const at = this.text.indexOf(this.tag, this.pos)
    if (at === -1) this.pos = this.text.length
    else {
      this.close(at + this.tag.length)
      this.identFloor = this.base + this.pos
    }
  }

  private untilCommentEnd(): void {
    commentEdge.lastIndex = this.pos
    const edge = commentEdge.exec(this.text)
    if (edge === null) {
      this.pos = this.text.length
      return
    }
    this.commentDepth += edge[0] === '/*' ? 1 : -1
    this.pos = edge.index + 2
    if (this.commentDepth === 0) this.state = 'code'
  }

  private close(at: number): void {
    this.state = 'code'
    this.pos = at
    this.previous = ''
  }

  /** psql takes the data from the line after COPY; anything else on its line would be lost. */
  private beforeCopyData(): void {
    const newline = this.text.indexOf('\n', this.pos)
    const end = newline === -1 ? this.text.length : newline
    const rest = this.text.slice(this.pos, end).trimStart()
    if (!/^(?:--[^\r]*)?$/.test(rest.trimEnd())) {
      throw new SqlError(
        this.base + end - rest.length,
        'text after COPY … FROM stdin; on the same line',
        'begin the data on the next line',
      )
    }
    if (newline === -1) throw this.copyWithoutData(end)
    this.copyPending = false
    this.open('copy', newline, 1)
  }

  private copyWithoutData(at: number): SqlError {
    return new SqlError(
      this.base + at,
      'COPY data without the line \\. that ends it',
      'end the data with a line of \\.',
    )
  }

  private copyData(): void {
    const { pos: start, text } = this
    let line = text.startsWith('\\.', start) ? start : lineWith(text, start)
    for (; line !== -1; line = lineWith(text, line)) {
      terminator.lastIndex = line
      const end = terminator.exec(text)
      if (end !== null) return this.emitCopyData(start, line, line + end[0].length, true)
    }
    this.emitCopyData(start, text.length, text.length, false)
  }

  private emitCopyData(start: number, end: number, next: number, last: boolean): void {
    this.pos = next
    if (last) this.state = 'code'
    if (end > start || last) {
      this.tokens.push({
        kind: 'copy-data',
        start: this.base + start,
        end: this.base + end,
        last,
        terminatorEnd: this.base + next,
      })
    }
  }
}
