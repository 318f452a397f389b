import { mapTexts } from '../../core/map-texts.ts'

/** What moves a cursor, colours, rings or turns the direction of writing; line ends and tabs lay text out. */
const unseen = /(?![\n\t])\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** A text of a database, a file or a name as it may be sent to a terminal: control characters are shown, `\x1b`, not sent. */
export function visible(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(unseen, escaped)
}

function escaped(char: string): string {
  const code = char.charCodeAt(0).toString(16)
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`
}

/** The same for every text in a value that is made of plain objects and lists. */
export function visibleIn<T>(value: T): T {
  return mapTexts(value, visible)
}
