import { displayWidth } from './display-width.ts'

/**
 * A text in lines of at most `width` columns, broken at words, each after the first begun with `indent`. The first may
 * have `taken` columns less. A word that is wider than a line stands alone on one.
 */
export function fold(text: string, width: number, indent = '', taken = 0): string {
  const lines: string[] = []
  let line = ''
  let room = width - taken
  for (const word of text.split(' ')) {
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > room) {
      lines.push(line)
      line = word
      room = width - indent.length
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join(`\n${indent}`)
}
