import { displayWidth } from '../../core/display-width.ts'

/** A command to paste, to the end of what may belong to it; one with a placeholder is none. */
const command =
  /\bnself (?:db|env|init|start|stop|logs|up|down|status|create)\b[^;,\n<]*?(?=[;,\n]|: |\. | +\(|$)|\bgit (?:checkout|fetch) [^;,\n<)]*/g
const noBreak = '\u00a0'

/**
 * A text in lines of at most `width` columns, broken at words, each after the first begun with `indent`. The first may
 * have `taken` columns less. A word that is wider than a line stands alone on one, and so does a command: pasted, it
 * must still be one line.
 */
export function fold(text: string, width: number, indent = '', taken = 0): string {
  if (width === Number.POSITIVE_INFINITY) return text
  const lines: string[] = []
  let line = ''
  let room = width - taken
  for (const word of text.replace(command, (found) => found.replaceAll(' ', noBreak)).split(' ')) {
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > room) {
      lines.push(line.trimEnd())
      line = word
      room = width - indent.length
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join(`\n${indent}`).replaceAll(noBreak, ' ')
}

/** A sentence, or several lines, to the width of a terminal: what stands in a column of its own is folded in that column. */
export function foldBeside(sentence: string, width: number): string {
  return sentence
    .split('\n')
    .map((whole) => {
      const line = moreClosely(whole, width)
      const start = /^(?:\d\/\d \S+ +| +)?(?:[✓✗] )?/.exec(line)?.[0] ?? ''
      const indent = ' '.repeat(start === '' ? 2 : start.length)
      return start + fold(line.slice(start.length), width, indent, start.length)
    })
    .join('\n')
}

/** How long a step took stands in a column behind its name: it comes closer before the line is broken. */
function moreClosely(line: string, width: number): string {
  const excess = displayWidth(line) - width
  if (excess <= 0) return line
  return line.replace(/(?<=^[✓✗] \S+) {3,}/, (blanks) => ' '.repeat(Math.max(2, blanks.length - excess)))
}
