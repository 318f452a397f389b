import { passwordLiterals } from './password-literals.ts'

/** A place in a migration file: line and column count from 1, the column in characters. */
export interface Location {
  readonly path: string
  readonly line: number
  readonly column: number
  /** The line itself, shortened around the column where it is long. */
  readonly excerpt: string
  /** Where the caret stands under the excerpt, counted from 1; 0 for no caret. */
  readonly caret: number
  /** Passwords that the SQL around it holds, to be shown nowhere: the excerpt may not have the word that tells them. */
  readonly secrets?: readonly string[]
}

const widest = 100
/** How far around a place passwords are looked for, in UTF-16 units. */
const around = 4_000

/** The place of an offset in a text that itself begins on line `firstLine` of the file. */
export function locate(path: string, text: string, offset: number, firstLine = 1): Location {
  let line = firstLine
  let lineStart = 0
  for (let i = text.indexOf('\n'); i !== -1 && i < offset; i = text.indexOf('\n', i + 1)) {
    line++
    lineStart = i + 1
  }
  return placeIn(path, text, offset, line, lineStart)
}

/** The same for many offsets of one text, whose lines are counted once. */
export function locator(path: string, text: string): (offset: number) => Location {
  const starts = [0]
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) starts.push(i + 1)
  return (offset) => {
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return placeIn(path, text, offset, low + 1, starts[low] ?? 0)
  }
}

function placeIn(path: string, text: string, offset: number, line: number, lineStart: number): Location {
  const lineEnd = endOfLine(text, lineStart)
  const at = Math.min(offset, lineEnd)
  let column = 1
  for (let i = lineStart; i < at; i += (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1) column++
  // A line may be as long as the file: only what may be shown of it is taken apart.
  const before = [...text.slice(Math.max(lineStart, at - 2 * widest), at)]
  const left = column > widest - 20 ? before.slice(-widest / 2) : before
  const right = [...text.slice(at, Math.min(lineEnd, at + 2 * widest))].slice(0, widest - left.length)
  const excerpt = [...left, ...right].join('').replace(/\p{Cc}/gu, ' ')
  const secrets = passwordLiterals(text.slice(Math.max(0, offset - around), offset + around))
  return { path, line, column, excerpt, caret: left.length + 1, ...(secrets.length > 0 ? { secrets } : {}) }
}

/** A place whose excerpt has lost its passwords: a shorter excerpt moves the caret. */
export function withoutSecretsIn(location: Location, redact: (text: string) => string): Location {
  const { excerpt, caret } = location
  const before = [...excerpt].slice(0, Math.max(caret - 1, 0)).join('')
  return { ...location, excerpt: redact(excerpt), caret: caret === 0 ? 0 : [...redact(before)].length + 1 }
}

function endOfLine(text: string, start: number): number {
  const newline = text.indexOf('\n', start)
  const end = newline === -1 ? text.length : newline
  return end > start && text[end - 1] === '\r' ? end - 1 : end
}
