import { Quotes } from './quotes.ts'
import { commentEnd } from './statement.ts'

/** Of a statement, what is not plain code or may be a use. A cast and `:=` begin with a colon too. */
const notable = /::|:=|:|--|\/\*|['"$]/g
const restOfLine = /[^\r\n]*/y

/**
 * Where something that begins with a colon stands in the code of a statement: outside strings, quoted names, function
 * bodies and comments. `::"char"` is a cast.
 * @param form what is looked for, to be matched at a place.
 */
export function colonPlaces(sql: string, form: RegExp): RegExpExecArray[] {
  const sticky = new RegExp(form.source, `${form.flags.replace(/[gy]/g, '')}y`)
  const found: RegExpExecArray[] = []
  const quotes = new Quotes(sql)
  notable.lastIndex = 0
  for (let match = notable.exec(sql); match !== null; match = notable.exec(sql)) {
    const at = match.index
    if (match[0] === ':') {
      sticky.lastIndex = at
      const use = sticky.exec(sql)
      // What is quoted but no name is skipped as what it is.
      if (use === null) continue
      found.push(use)
      notable.lastIndex = at + use[0].length
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
