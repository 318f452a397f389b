import { Quotes } from './quotes.ts'
import { commentEnd } from './statement.ts'
import type { Stretch } from './statement-list.ts'

/** A place in SQL that is filled in before it runs: `:'name'` as a text, `:"name"` as a name. */
export interface VariableUse extends Stretch {
  readonly name: string
  readonly as: 'literal' | 'identifier'
}

/** Of a statement, what is not plain code or may be a use. A cast and `:=` begin with a colon too. */
const notable = /::|:=|:(?=['"])|--|\/\*|['"$]/g
const use = /:(?:'([\w\u0080-\uffff]+)'|"([\w\u0080-\uffff]+)")/y
const restOfLine = /[^\r\n]*/y

/**
 * The uses in a statement, in their order, where psql would see them: outside strings, quoted names, function bodies and
 * comments. `::"char"` is a cast, and `[1:2]` has no quotes.
 * @param start where the statement stands, so that places count from there.
 */
export function variableUses(sql: string, start: number): VariableUse[] {
  const found: VariableUse[] = []
  const quotes = new Quotes(sql)
  notable.lastIndex = 0
  for (let match = notable.exec(sql); match !== null; match = notable.exec(sql)) {
    const at = match.index
    if (match[0] === ':') {
      use.lastIndex = at
      const [whole = '', literal, identifier] = use.exec(sql) ?? []
      const name = literal ?? identifier
      // What is quoted but no name is skipped as what it is.
      if (name === undefined) continue
      const end = at + whole.length
      found.push({ start: start + at, end: start + end, name, as: literal === undefined ? 'identifier' : 'literal' })
      notable.lastIndex = end
    } else if (match[0] === '--') notable.lastIndex = endOfLine(sql, at)
    else if (match[0] === '/*') notable.lastIndex = commentEnd(sql, at)
    else if (!match[0].startsWith(':')) notable.lastIndex = quotes.endOf(at) ?? at + 1
  }
  return found
}

function endOfLine(sql: string, at: number): number {
  restOfLine.lastIndex = at
  restOfLine.test(sql)
  return restOfLine.lastIndex
}
