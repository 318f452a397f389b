import { isAscii, isUtf8 } from 'node:buffer'
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { NselfError } from '../core/errors.ts'
import { locate } from '../core/location.ts'
import { LargeText, type ReadBytes } from '../core/migration/large-text.ts'
import { openListed, openRegular, readRest, refuseGrowing, regularOf } from './regular-file.ts'

/** What nearly every file fits into, to be read at once. */
const buffer = Buffer.allocUnsafe(64 * 1024)
/** So much of a large file is read at once: each call of the system costs time, and more at once gains none. */
const blockSize = 256 * 1024
/** How many blocks are read before whatever else waits, such as Ctrl-C, gets its turn. */
const batch = 16
/** From this size in bytes on a file is not held: its UP is read again as it runs. */
const large = 4_000_000

/**
 * The text of a file, or null for one that is too large to hold. Thousands of small files are read faster in this way than
 * by promises, which hand each of the four steps of reading to another thread.
 * @param isListed its folder lists it as a file, so that it need not be asked what it is.
 * @throws NselfError `invalid-migration` at the first byte that is not UTF-8; what the file system throws.
 */
export function readText(path: string, shown: string, isListed = false): string | null {
  const file = isListed ? openListed(path) : openRegular(path).file
  try {
    // Of a file fewer bytes than wanted are all there are.
    const size = readSync(file, buffer, 0, buffer.length, null)
    if (size < buffer.length) return decode(buffer.subarray(0, size), shown)
    const open = regularOf(file)
    return open.size < large ? decode(readRest(open, buffer), shown) : null
  } finally {
    closeSync(file)
  }
}

function decode(bytes: Buffer, shown: string): string {
  if (isAscii(bytes)) return bytes.toString('latin1')
  if (!isUtf8(bytes)) throw notUtf8(shown, bytes, 1)
  const text = bytes.toString()
  return text.startsWith('\ufeff') ? text.slice(1) : text
}

/** Two edits within this time in ms may leave the same time behind: there are file systems that count in seconds. */
const coarsestClock = 2000

/** A large file, to be read where something of it is needed. */
export function largeText(path: string): LargeText {
  const look = () => statSync(path, { bigint: true, throwIfNoEntry: false })
  const stamp = () => {
    const facts = look()
    return facts === undefined ? '' : [facts.dev, facts.ino, facts.size, facts.mtimeNs, facts.ctimeNs].join()
  }
  const read: ReadBytes = (start, end, into) => {
    const bytes = into?.subarray(0, Math.max(end - start, 0)) ?? Buffer.allocUnsafe(Math.max(end - start, 0))
    const file = openSync(path, 'r')
    try {
      let size = 0
      for (let read = -1; read !== 0 && size < bytes.length; size += read) {
        read = readSync(file, bytes, size, bytes.length - size, start + size)
      }
      return bytes.subarray(0, size)
    } finally {
      closeSync(file)
    }
  }
  const { mtimeMs, ctimeMs } = look() ?? { mtimeMs: Number.POSITIVE_INFINITY, ctimeMs: 0 }
  const isAtRest = Date.now() - Math.max(Number(mtimeMs), Number(ctimeMs)) > coarsestClock
  return new LargeText(read, stamp, isAtRest)
}

/**
 * The bytes of a file in blocks of whole lines, so that one of any size passes through little memory. A block is
 * overwritten by the next one.
 * @throws NselfError `invalid-migration` at the first byte that is not UTF-8; what the file system throws.
 */
export async function* readLines(path: string, shown: string): AsyncGenerator<Buffer> {
  const open = openRegular(path)
  try {
    let left = open.size
    let bytes = Buffer.allocUnsafe(blockSize)
    let begin = 0
    let kept = 0
    for (let i = 1; ; i++) {
      const read = readSync(open.file, bytes, kept, Math.min(bytes.length - kept, left), null)
      left -= read
      const size = kept + read
      const end = read === 0 ? size : bytes.subarray(0, size).lastIndexOf(10) + 1
      if (end > 0) {
        const lines = bytes.subarray(0, end)
        if (!isUtf8(lines)) throw notUtf8(shown, lines, largeText(path).lineAt(begin).line)
        yield lines
        begin += end
      }
      if (read === 0) return refuseGrowing(open)
      bytes.copy(bytes, 0, end, size)
      kept = size - end
      // A line that is longer than all of it.
      if (kept === bytes.length) bytes = Buffer.concat([bytes], 2 * bytes.length)
      if (i % batch === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  } finally {
    closeSync(open.file)
  }
}

/** What a file that is not UTF-8 gets told; `bytes` are its own from the beginning of line `firstLine`. */
function notUtf8(path: string, bytes: Buffer, firstLine: number): NselfError {
  const text = new TextDecoder().decode(bytes)
  // Every other character of what is UTF-16 is a NUL.
  const from = text.includes('\0') ? 'utf-16' : 'latin1'
  return new NselfError('invalid-migration', 'the file is not valid UTF-8', {
    location: locate(path, text, Math.max(text.indexOf('\ufffd'), 0), firstLine),
    hint: `convert it: iconv -f ${from} -t utf-8 ${path}`,
  })
}
