import { runStart } from './lexer.ts'
import { Quotes } from './quotes.ts'
import { commentEnd } from './statement.ts'

/** Where code may hold what does not count, or something that is to be kept as it is. */
const notable = /[ \t\r\n\f\v]{2,}|[\t\r\n\f\v]|--|\/\*|['"$]/g
const blanks = /(?:[ \t\r\n\f\v]+|--[^\r\n]*)*/y
const blank = /[ \t\r\n\f\v]/

/**
 * A statement as the server sees it: each run of blanks and comments is one blank. Strings, quoted names and function
 * bodies are kept as they are.
 */
export function seenText(sql: string): string {
  const text = sql.includes('\r') ? sql.replaceAll('\r\n', '\n') : sql
  const quotes = new Quotes(text)
  let seen = ''
  let kept = 0
  notable.lastIndex = 0
  for (let match = notable.exec(text); match !== null; match = notable.exec(text)) {
    const at = match.index
    const quote = quotes.endOf(at)
    if (quote === null) {
      const end = gapEnd(text, at)
      seen += `${text.slice(kept, runStart(text, at, blank, kept))} `
      kept = end
    }
    notable.lastIndex = quote ?? kept
  }
  const whole = seen + text.slice(kept)
  return whole.slice(0, runStart(whole, whole.length, blank))
}

/** Where the blanks and comments end that begin at `start`. */
function gapEnd(text: string, start: number): number {
  for (let at = start; ; ) {
    blanks.lastIndex = at
    blanks.test(text)
    at = blanks.lastIndex
    if (!text.startsWith('/*', at)) return at
    at = commentEnd(text, at)
  }
}
