import { LargeText } from '../../src/core/migration/large-text.ts'
import type { Migration } from '../../src/core/migration/migration.ts'
import { LargeFileParser } from '../../src/core/migration/parse-large-file.ts'
import type { Section } from '../../src/core/migration/section.ts'

/** The text of a section that is held. */
export function sqlOf(section: Section): string {
  if (section.kind === 'held') return section.sql
  throw new Error('the section is not held')
}

/**
 * Parses a file as one that is too large to hold, pushed in pieces of whole lines.
 * @param atRest of a file that nobody wrote to for a while: whether that is still so.
 */
export function parseLarge(
  path: string,
  name: { version: string; name: string },
  pieces: readonly string[],
  atRest?: { isUntouched: boolean },
): Migration {
  const bytes = Buffer.from(pieces.join(''))
  const read = (start: number, end: number, into?: Buffer) => {
    const part = bytes.subarray(start, end)
    return into === undefined ? part : into.subarray(0, part.copy(into))
  }
  let stamps = 0
  const stamp = () => (atRest === undefined || atRest.isUntouched ? '' : `written to ${stamps++} times`)
  const parser = new LargeFileParser(path, new LargeText(read, stamp, atRest !== undefined), 0)
  for (const piece of pieces) parser.push(Buffer.from(piece))
  return parser.finish(name)
}
