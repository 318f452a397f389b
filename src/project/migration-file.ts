import { certain } from '../core/certain.ts'
import { NselfError } from '../core/errors.ts'
import type { Migration } from '../core/migration/migration.ts'
import { parseMigration } from '../core/migration/parse-file.ts'
import type { LargeFileParser } from '../core/migration/parse-large-file.ts'
import { systemCodeOf } from '../core/system-error.ts'
import { systemReason } from '../core/system-refusal.ts'
import { largeText, readLines, readText } from './read-text.ts'

/** A migration file as it was read; only a large one is parsed already. */
export interface Unparsed {
  readonly path: string
  readonly name: { readonly version: string; readonly name: string }
  readonly text: string
}

/** Null for a file that is too large to hold. */
export function readSmall(path: string, shown: string, name: Unparsed['name'], isListed = false): Unparsed | null {
  try {
    const text = readText(path, shown, isListed)
    return text === null ? null : { path: shown, name, text }
  } catch (error) {
    throw unreadable(error, shown)
  }
}

const byteOrderMark = Buffer.from('\ufeff')

/** Reads and parses one that is, unless it is among those that were read before and nobody has written to it since. */
export async function readLarge(
  path: string,
  shown: string,
  name: Unparsed['name'],
  before: readonly Migration[] = [],
): Promise<Migration> {
  const known = before.find((file) => file.path === shown)
  if (known?.up.kind === 'streamed' && known.up.file.isUntouched()) return known
  try {
    // Few folders have one.
    const { LargeFileParser } = await import('../core/migration/parse-large-file.ts')
    let parser: LargeFileParser | undefined
    for await (const lines of readLines(path, shown)) {
      const mark = parser === undefined && lines.subarray(0, 3).equals(byteOrderMark) ? byteOrderMark.length : 0
      parser ??= new LargeFileParser(shown, largeText(path), mark)
      parser.push(lines.subarray(mark))
    }
    return certain(parser).finish(name)
  } catch (error) {
    throw unreadable(error, shown)
  }
}

const reasons: Record<string, string> = {
  EISDIR: 'is a folder, not a file',
  EACCES: 'cannot be read: permission denied',
  ELOOP: 'is a symbolic link that leads in a circle',
  ENOENT: 'is a symbolic link to a file that does not exist',
}

function unreadable(error: unknown, shown: string): unknown {
  const code = systemCodeOf(error)
  if (error instanceof NselfError || code === undefined) return error
  return new NselfError('invalid-migration', `${shown} ${reasons[code] ?? `cannot be read: ${systemReason(error)}`}`, {
    hint: 'fix or remove it; nothing was run',
    cause: error,
  })
}

/** Reads and parses one file; `shown` is its path as messages name it. @throws NselfError `invalid-migration`. */
export async function readMigration(path: string, shown: string, name: Unparsed['name']): Promise<Migration> {
  const small = readSmall(path, shown, name)
  return small === null ? readLarge(path, shown, name) : parseMigration(shown, name, small.text)
}
