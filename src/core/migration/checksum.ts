import { createHash, type Hash, hash } from 'node:crypto'
import { certain } from '../certain.ts'
import { seenText } from '../sql/seen-text.ts'
import type { Section } from './section.ts'

const [lineFeed, carriageReturn] = [10, 13]

/**
 * The checksum of a section's text: blank edges and the kind of line end do not count, so a checkout
 * with other line ends is no edit. Takes the text as UTF-8 in pieces, cut anywhere.
 */
export class Checksum {
  private readonly hash: Hash = createHash('sha256')
  private begun = false
  /** Blanks and line ends, or the beginning of a character, held back until it is known that something follows. */
  private pending: Buffer = Buffer.alloc(0)

  add(piece: Buffer): void {
    const text = this.begun ? piece : withoutLeadingBlanks(Buffer.concat([this.pending, piece]))
    const end = inkEnd(text)
    if (!this.begun) this.pending = Buffer.alloc(0)
    if (end === 0) {
      this.pending = Buffer.concat([this.pending, text])
      return
    }
    // A line end may be cut in two.
    const isCut = text[0] === lineFeed && this.pending.at(-1) === carriageReturn
    this.update(isCut ? this.pending.subarray(0, -1) : this.pending)
    this.update(text.subarray(0, end))
    this.begun = true
    this.pending = Buffer.from(text.subarray(end))
  }

  /** Ends it: nothing can be added any more. */
  hex(): string {
    this.update(Buffer.from(this.pending.toString().trimEnd()))
    return this.hash.digest('hex')
  }

  private update(bytes: Buffer): void {
    if (bytes.includes(carriageReturn)) this.hash.update(normalised(bytes.toString('latin1')), 'latin1')
    else this.hash.update(bytes)
  }
}

const blank = /^\s$/
/** A character that is cut in two may turn out to be a blank. */
const blanksOrCut = /^[\s\ufffd]+$/

/** Where the blanks at the end begin. */
function inkEnd(bytes: Buffer): number {
  let end = bytes.length
  while (end > 0) {
    let start = end - 1
    while (start > 0 && isContinuation(certain(bytes[start]))) start--
    if (!blanksOrCut.test(bytes.toString('utf8', start, end))) return end
    end = start
  }
  return 0
}

function withoutLeadingBlanks(bytes: Buffer): Buffer {
  let start = 0
  while (start < bytes.length) {
    let end = start + 1
    while (end < bytes.length && isContinuation(certain(bytes[end]))) end++
    if (!blank.test(bytes.toString('utf8', start, end))) break
    start = end
  }
  return bytes.subarray(start)
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80
}

function normalised(text: string): string {
  return text.includes('\r') ? text.replaceAll('\r\n', '\n') : text
}

/** The checksum of a section's text that is held as a whole: several times faster than in pieces. */
export function checksumOf(text: string): string {
  return sha256(normalised(text.trim()))
}

/**
 * The checksum of a section as the server sees it: comments, blanks between words and empty statements do not count.
 * Null for one that is not held, for that would take reading it once more.
 */
export function seenChecksumOf(section: Section): string | null {
  if (section.kind === 'streamed') return null
  const parts: string[] = []
  for (const { start, end, data } of section.statements) {
    parts.push(seenText(section.sql.slice(start, end)))
    if (data !== null) parts.push(normalised(section.sql.slice(data.start, data.end)))
  }
  return sha256(parts.join('\0'))
}

/** sha256 of a text, in hex. */
export function sha256(text: string): string {
  return hash('sha256', text)
}

/** The checksum of the first statements of a section, which grows with each: what an earlier run has done is known by it. */
export class DoneChecksum {
  private readonly hash = createHash('sha256')
  private begun = false

  add(statement: string): void {
    if (this.begun) this.hash.update('\0')
    this.hash.update(statement)
    this.begun = true
  }

  /** Of those that were added so far. */
  hex(): string {
    return this.hash.copy().digest('hex')
  }
}
