import { Lexer } from '../sql/lexer.ts'
import { directionOf, isMarker } from './marker.ts'

const byteOrderMark = '\ufeff'

/**
 * The text of a migration that has no DOWN, with these lines as its DOWN: behind the marker that is there already, or
 * behind one of its own. Everything else stays as it is, line ends too.
 */
export function withDown(text: string, lines: readonly string[]): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : ''
  const body = text.slice(mark.length)
  const found = markersOf(body)
  const down = found.findIndex(({ direction }) => direction === 'down')
  const end = down === -1 ? body.length : (found[down + 1]?.start ?? body.length)
  // Without a marker the whole file is UP, which then has to say so.
  const begin = found.length === 0 ? `-- UP${eol}` : ''
  const own = down === -1 ? ['-- DOWN', '', ...lines] : lines
  const before = withBlankLine(body.slice(0, end), eol)
  const after = body.slice(end)
  const section = own.map((line) => line.replaceAll('\r\n', '\n').replaceAll('\n', eol) + eol).join('')
  return `${mark}${begin}${before}${section}${after === '' ? '' : eol}${after}`
}

function markersOf(text: string) {
  const lexer = new Lexer(isMarker)
  return [...lexer.push(text), ...lexer.finish()].flatMap((token) =>
    token.kind === 'comment' && token.alone && isMarker(token.text)
      ? [{ direction: directionOf(token.text), start: token.start }]
      : [],
  )
}

function withBlankLine(text: string, eol: string): string {
  if (/(?:^|\n)[ \t]*\r?\n$/.test(text)) return text
  return text.endsWith('\n') ? text + eol : text + eol + eol
}
