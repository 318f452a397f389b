import { displayWidth } from '../../core/display-width.ts'
import { type Location, withoutSecretsIn } from '../../core/location.ts'
import type { Paint } from './paint.ts'
import { redact } from './redact.ts'

/** A place as it may be shown. */
export const redactExcerpt = (location: Location): Location => withoutSecretsIn(location, redact)

/** A word, a name or a value in quotes, a number, or a sign. */
const token = /^(?:"(?:[^"]|"")*"?|'(?:[^']|'')*'?|[\p{L}\p{N}_$]+|.)/u

/**
 * The place of a fault, its line, and the word there underlined.
 * @param remark what stands behind the underline where there is room.
 * @returns also whether the remark found its place.
 */
export function excerptLines(
  { path, line, column, excerpt, caret }: Location,
  remark: string | undefined,
  paint: Paint,
  width: number,
): { readonly lines: string[]; readonly remarked: boolean } {
  const blank = ' '.repeat(String(line).length)
  const place = `  ${path}:${line}:${column}`
  const head = `  ${line} | `
  if (caret === 0) return { lines: [place, head + excerpt], remarked: false }
  const characters = [...excerpt]
  const word = token.exec(characters.slice(caret - 1).join(''))?.[0] ?? ' '
  const shown = fitAround(characters, caret - 1, [...word].length, width - head.length)
  const under = ' '.repeat(displayWidth(shown.before)) + paint.red('^'.repeat(Math.max(1, displayWidth(shown.word))))
  const room = width - head.length - displayWidth(shown.before + shown.word)
  const fits = remark !== undefined && !remark.includes('\n') && displayWidth(remark) < room
  return {
    lines: [place, head + shown.before + shown.word + shown.after, `  ${blank} | ${under}${fits ? ` ${remark}` : ''}`],
    remarked: fits,
  }
}

/** The part of a line that fits this many columns, with the word in it; an ellipsis shows what is cut. */
function fitAround(line: readonly string[], at: number, length: number, room: number) {
  let from = 0
  let to = line.length
  const part = (start: number, end: number) => line.slice(start, end).join('')
  const isTooWide = () => displayWidth(part(from, to)) + (from > 0 ? 1 : 0) + (to < line.length ? 1 : 0) > room
  const least = Math.min(at + length, to)
  while (to > least && isTooWide()) to--
  while (from < at && isTooWide()) from++
  // The word alone is wider than the terminal.
  while (to > at + 1 && isTooWide()) to--
  const end = Math.min(at + length, to)
  return {
    before: (from > 0 ? '…' : '') + part(from, at),
    word: part(at, end),
    after: part(end, to) + (to < line.length ? '…' : ''),
  }
}
