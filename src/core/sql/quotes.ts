import { continuation, dollarTag, identChar, runStart } from './lexer.ts'

const escaped = /(?:[^'\\]|\\.|'')*'?/sy

/** Finds the ends of what is quoted in a text, asked from its beginning to its end. */
export class Quotes {
  private readonly text: string
  /** Where the last one ended: no word reaches back behind it. */
  private floor = 0
  /** Where the last E'…' string ended: a literal on the next line continues it, escapes and all. */
  private escapeEnd = -1

  constructor(text: string) {
    this.text = text
  }

  /** Where what is quoted from `at` on ends; null where a blank or a comment stands. */
  endOf(at: number): number | null {
    const { text } = this
    if (text[at] === '$') return this.dollar(at)
    if (text[at] !== "'" && text[at] !== '"') return null
    const escapes = text[at] === "'" && this.isEscape(at)
    this.floor = escapes ? this.escapedEnd(at) : doubledEnd(text, at)
    this.escapeEnd = escapes ? this.floor : -1
    return this.floor
  }

  private isEscape(at: number): boolean {
    const word = this.text.slice(runStart(this.text, at, identChar, this.floor), at)
    if (word.toLowerCase() === 'e') return true
    return this.escapeEnd !== -1 && continuation.test(this.text.slice(this.escapeEnd, at))
  }

  private escapedEnd(at: number): number {
    escaped.lastIndex = at + 1
    escaped.test(this.text)
    return escaped.lastIndex
  }

  private dollar(at: number): number {
    const first = runStart(this.text, at, identChar, this.floor)
    dollarTag.lastIndex = at
    const tag = dollarTag.exec(this.text)?.[0]
    // Inside a name, or before the number of a parameter.
    if (tag === undefined || (first < at && !/[0-9]/.test(this.text.charAt(first)))) return at + 1
    const end = this.text.indexOf(tag, at + tag.length)
    this.floor = end === -1 ? this.text.length : end + tag.length
    return this.floor
  }
}

/** Where a quote ends in which the same character, doubled, stands for itself. */
function doubledEnd(text: string, start: number): number {
  const quote = text.charAt(start)
  for (let at = text.indexOf(quote, start + 1); at !== -1; at = text.indexOf(quote, at + 2)) {
    if (text[at + 1] !== quote) return at + 1
  }
  return text.length
}
