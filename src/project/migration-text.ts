import { isUtf8 } from 'node:buffer'
import { closeSync, createReadStream, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { NselfError } from '../core/errors.ts'
import { locate } from '../core/location.ts'
import type { Migration, Section } from '../core/migration.ts'

const pieceSize = 256 * 1024
/** From this size in bytes on a file is read through a window, not held: its UP is read again as it runs. */
const large = 4_000_000
/** What nearly every file fits into, to be read at once. */
const buffer = Buffer.allocUnsafe(64 * 1024)

/**
 * The text of a file, or null for one that is too large to hold. Thousands of small files are read faster in this way than
 * by promises, which hand each of the four steps of reading to another thread.
 * @throws NselfError `invalid-migration` at the first byte that is not UTF-8; what the file system throws.
 */
export function readText(path: string, shown: string): string | null {
  const file = openSync(path, 'r')
  try {
    // Of a file, though not of a pipe, fewer bytes than wanted are all there are.
    const size = readSync(file, buffer, 0, buffer.length, null)
    if (size < buffer.length) return decode(buffer.subarray(0, size), shown)
    return fstatSync(file).size < large ? decode(readFileSync(path), shown) : null
  } finally {
    closeSync(file)
  }
}

function decode(bytes: Buffer, shown: string): string {
  if (!isUtf8(bytes)) throw notUtf8(shown, new TextDecoder().decode(bytes))
  const text = bytes.toString()
  return text.startsWith('\ufeff') ? text.slice(1) : text
}

/**
 * The text of a file in pieces of whole lines, so that one of any size passes through little memory.
 * @throws NselfError `invalid-migration` at the first byte that is not UTF-8; what the file system throws.
 */
export async function* readLines(path: string, shown: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  let line = 1
  const decode = (bytes: Buffer | null): string => {
    try {
      return bytes === null ? decoder.decode() : decoder.decode(bytes, { stream: true })
    } catch {
      throw notUtf8(shown, rest + new TextDecoder().decode(bytes ?? Buffer.of(0xff)), line)
    }
  }
  for await (const bytes of createReadStream(path, { highWaterMark: pieceSize })) {
    const text = decode(bytes as Buffer)
    const end = text.lastIndexOf('\n') + 1
    if (end === 0) {
      rest += text
      continue
    }
    const whole = rest + text.slice(0, end)
    rest = text.slice(end)
    yield whole
    for (let at = whole.indexOf('\n'); at !== -1; at = whole.indexOf('\n', at + 1)) line++
  }
  rest += decode(null)
  if (rest !== '') yield rest
}

/** The text of one section of a file that is too large to hold, in pieces of whole lines. */
export async function* readSection(path: string, shown: string, section: Section): AsyncGenerator<string> {
  let at = 0
  const end = section.offset + section.length
  for await (const text of readLines(path, shown)) {
    const piece = text.slice(Math.max(section.offset - at, 0), Math.max(end - at, 0))
    if (piece !== '') yield piece
    at += text.length
    if (at >= end) return
  }
}

/** The whole text of a section, also where it is not held. */
export async function textOf(file: Migration, section: Section, root: string): Promise<string> {
  if (section.sql !== null) return section.sql
  let text = ''
  for await (const piece of readSection(join(root, file.path), file.path, section)) text += piece
  return text
}

/** What a file that is not UTF-8 gets told; `text` is its decoded text from the beginning of line `firstLine`. */
function notUtf8(path: string, text: string, firstLine = 1): NselfError {
  // Every other character of what is UTF-16 is a NUL.
  const from = text.includes('\0') ? 'utf-16' : 'latin1'
  return new NselfError('invalid-migration', 'the file is not valid UTF-8', {
    location: locate(path, text, Math.max(text.indexOf('\ufffd'), 0), firstLine),
    hint: `convert it: iconv -f ${from} -t utf-8 ${path}`,
  })
}
