import { cutTo, displayWidth } from '../../core/display-width.ts'

/** What a long line of batches is shown without, in this order. */
const dispensable = [/ · [\d,]+ rows\/s/, / · Ctrl-C is safe/, / · [\d,]+(?: of about [\d,]+)? rows?\b/]
const shortestName = 16

/**
 * What stands beside the spinner, in one line: of one that wraps, the terminal would keep a part when it moves. Parts that
 * say least go first, then the end of the name before two blanks, then the end.
 */
export function movingText(text: string, width: number): string {
  let shown = text
  for (const part of dispensable) if (displayWidth(shown) > width) shown = shown.replace(part, '')
  const excess = displayWidth(shown) - width
  if (excess <= 0) return shown
  const [, name = '', rest = ''] = /^(.*?)( {2}.*)$/.exec(shown) ?? []
  if (name === '') return cutTo(shown, width)
  return cutTo(cutTo(name, Math.max(shortestName, displayWidth(name) - excess)) + rest, width)
}
