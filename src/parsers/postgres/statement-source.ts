import type { TreeNode } from '../../core/sql/tree.ts'
import type { Parser, SqlToken } from './parser.ts'

const opening = new Set(['(', '['])
const closing = new Set([')', ']'])

/**
 * The text of one statement, of which parts are taken as they are written: an expression means on the server what it means
 * in the statement. Places are those of the parse tree, in bytes.
 */
export class StatementSource {
  private readonly bytes: Buffer
  private readonly tokens: readonly SqlToken[]

  constructor(parser: Parser, sql: string) {
    this.bytes = Buffer.from(sql)
    this.tokens = parser.tokensOf(sql).filter(({ text }) => !text.startsWith('--') && !text.startsWith('/*'))
  }

  /** What stands in the parentheses that open next after a place; null where none do. */
  parenthesized(from: number): string | null {
    const open = this.find(from, ['('], true)
    const close = open === null ? null : this.closing(open)
    return open === null || close === null ? null : this.between(this.end(open), this.start(close))
  }

  /** The parts of those parentheses between commas, as stretches in bytes. */
  partsIn(from: number): { readonly start: number; readonly end: number }[] {
    const open = this.find(from, ['('], true)
    const close = open === null ? null : this.closing(open)
    if (open === null || close === null) return []
    const parts: { start: number; end: number }[] = []
    let start = this.end(open)
    for (let at = open + 1, depth = 0; at <= close; at++) {
      const text = this.tokens[at]?.text ?? ''
      if (at === close || (text === ',' && depth === 0)) {
        parts.push({ start, end: this.start(at) })
        start = this.end(at)
      }
      depth += opening.has(text) ? 1 : closing.has(text) ? -1 : 0
    }
    return parts
  }

  /** Where the parentheses end that open next after a place. */
  afterParentheses(from: number): number {
    const open = this.find(from, ['('], true)
    const close = open === null ? null : this.closing(open)
    return close === null ? from : this.end(close)
  }

  /** From behind a word to the first of `stops` outside of parentheses, to what closes them, or to a place. */
  after(from: number, word: string, stops: readonly string[], limit = this.bytes.length): string | null {
    const at = this.find(from, [word], false)
    if (at === null || this.start(at) >= limit) return null
    return this.upTo(this.end(at), stops, limit)
  }

  /** From a place to the first of `stops` outside of parentheses. */
  upTo(from: number, stops: readonly string[], limit = this.bytes.length): string | null {
    const stop = this.find(from, stops, false)
    const end = Math.min(stop === null ? this.bytes.length : this.start(stop), limit)
    return this.between(from, end)
  }

  /** The expression of an element of an index: a name, a call, or what stands in parentheses. */
  element({ start, end }: { readonly start: number; readonly end: number }, { name }: TreeNode): string | null {
    const tokens = this.tokens.filter((token) => token.start >= start && token.end <= end)
    const first = tokens[0]
    if (first === undefined) return null
    const collate = tokens.findIndex(({ text }, i) => /^collate$/i.test(text) && depthOf(tokens, i) === 0)
    const collation = collate === -1 ? '' : ` ${this.nameFrom(tokens, collate)}`
    if (typeof name === 'string') return `${first.text}${collation}`
    const open = tokens.findIndex(({ text }) => text === '(')
    const close = open === -1 ? -1 : tokens.findIndex((_, i) => i > open && depthOf(tokens, i + 1) === 0)
    const last = tokens[close]
    return last === undefined ? null : `${this.between(first.start, last.end)}${collation}`
  }

  /** What stands before the last `::` outside of parentheses; null where there is none. */
  beforeCast(expression: string, parser: Parser): string | null {
    const tokens = parser.tokensOf(expression)
    const at = tokens.findLastIndex(({ text }, i) => text === '::' && depthOf(tokens, i) === 0)
    const token = tokens[at]
    return token === undefined ? null : Buffer.from(expression).subarray(0, token.start).toString()
  }

  /** A word and the name with dots that follows it. */
  private nameFrom(tokens: readonly SqlToken[], at: number): string {
    let end = at + 1
    while (tokens[end + 1]?.text === '.') end += 2
    return this.between(tokens[at]?.start ?? 0, tokens[end]?.end ?? 0)
  }

  private between(start: number, end: number): string {
    return this.bytes.subarray(start, end).toString().trim()
  }

  private start(at: number): number {
    return this.tokens[at]?.start ?? this.bytes.length
  }

  private end(at: number): number {
    return this.tokens[at]?.end ?? this.bytes.length
  }

  /** The first of these words from a place on: anywhere, or outside of parentheses that open behind it. */
  private find(from: number, words: readonly string[], anywhere: boolean): number | null {
    let depth = 0
    for (let at = 0; at < this.tokens.length; at++) {
      const token = this.tokens[at]
      if (token === undefined || token.start < from) continue
      if ((anywhere || depth === 0) && words.includes(token.text.toUpperCase())) return at
      if (opening.has(token.text)) depth++
      if (closing.has(token.text) && --depth < 0 && !anywhere) return at
    }
    return null
  }

  private closing(open: number): number | null {
    for (let at = open, depth = 0; at < this.tokens.length; at++) {
      const text = this.tokens[at]?.text ?? ''
      depth += opening.has(text) ? 1 : closing.has(text) ? -1 : 0
      if (depth === 0) return at
    }
    return null
  }
}

/** How many parentheses are open before a token. */
function depthOf(tokens: readonly SqlToken[], at: number): number {
  let depth = 0
  for (let i = 0; i < at; i++) {
    const text = tokens[i]?.text ?? ''
    depth += opening.has(text) ? 1 : closing.has(text) ? -1 : 0
  }
  return depth
}
