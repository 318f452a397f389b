import { identChar } from '../../sql/lexer.ts'
import { Quotes } from '../../sql/quotes.ts'
import { commentEnd } from '../../sql/statement.ts'

/** A placeholder of another tool, and what it is for the SQL around it. */
export interface Spot {
  readonly start: number
  readonly end: number
  readonly name: string
  /**
   * `literal`: it is all that stands in a string; `identifier`: all that stands between double quotes; `code`: a word of
   * its own outside of them; `inside`: a part of a string, a function body or a word.
   */
  readonly as: 'comment' | 'literal' | 'identifier' | 'code' | 'inside'
}

interface Region {
  readonly start: number
  readonly end: number
  readonly isComment: boolean
}

const notable = /--|\/\*|['"$]/g
const restOfLine = /[^\n]*/y

/** The placeholders of a text, in their order. */
export function spotsIn(text: string, form: RegExp): Spot[] {
  const found = [...text.matchAll(form)].map((match) => {
    const name = match.slice(1).find((group) => group !== undefined) ?? ''
    return { start: match.index, end: match.index + match[0].length, name }
  })
  if (found.length === 0) return []
  const regions = regionsOf(text, new Map(found.map(({ start, end }) => [start, end])))
  return found.map((spot) => ({ ...spot, as: kindOf(text, spot, regions) }))
}

/** Comments, and what is quoted. @param skipped ends of placeholders, whose own signs mean nothing, by their beginnings. */
function regionsOf(text: string, skipped: ReadonlyMap<number, number>): Region[] {
  const regions: Region[] = []
  const quotes = new Quotes(text)
  notable.lastIndex = 0
  for (let match = notable.exec(text); match !== null; match = notable.exec(text)) {
    const start = match.index
    const isComment = match[0] === '--' || match[0] === '/*'
    const end = skipped.get(start) ?? (isComment ? endOfComment(text, start, match[0]) : quotes.endOf(start))
    notable.lastIndex = end ?? start + 1
    if (end !== null && !skipped.has(start)) regions.push({ start, end, isComment })
  }
  return regions
}

function endOfComment(text: string, start: number, sign: string): number {
  if (sign === '/*') return commentEnd(text, start)
  restOfLine.lastIndex = start
  restOfLine.test(text)
  return restOfLine.lastIndex
}

function kindOf(text: string, { start, end }: Pick<Spot, 'start' | 'end'>, regions: readonly Region[]): Spot['as'] {
  const around = regions.find((region) => region.start < start && end <= region.end)
  const [before, after] = [text.charAt(start - 1), text.charAt(end)]
  if (around === undefined) return identChar.test(before) || identChar.test(after) ? 'inside' : 'code'
  if (around.isComment) return 'comment'
  // E'…' and U&'…' have escapes.
  const isWhole = around.start === start - 1 && around.end === end + 1 && !/[\w&$]/.test(text.charAt(start - 2))
  if (!isWhole || before !== after) return 'inside'
  return before === "'" ? 'literal' : before === '"' ? 'identifier' : 'inside'
}
