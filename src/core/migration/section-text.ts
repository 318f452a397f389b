import { type Location, locate } from '../location.ts'
import type { Stretch } from '../sql/statement-list.ts'
import { Checksum, checksumOfBytes } from './checksum.ts'
import type { Section, StreamedSection } from './section.ts'

/** The text of a section, taken from its beginning to its end. */
export interface SectionText {
  sql(stretch: Stretch): string
  /** The same to be sent: of a file that is not held its bytes, which nobody needs as a text. */
  raw(stretch: Stretch): string | Buffer
  data(stretch: Stretch): Iterable<Buffer>
  /** False when the file is another one than when it was parsed. Nothing can be taken any more. */
  isUnchanged(): boolean
}

/** Begins to read a section. What is in memory may be taken in any order. */
export function openSection(section: Section): SectionText {
  if (section.kind === 'streamed') return new StreamedText(section)
  return {
    sql: ({ start, end }) => section.sql.slice(start, end),
    raw: ({ start, end }) => section.sql.slice(start, end),
    data: ({ start, end }) => [Buffer.from(section.sql.slice(start, end))],
    isUnchanged: () => true,
  }
}

/** The same with the whole section in memory, for what runs while its file may be edited. */
export function holdSection(section: Section): SectionText {
  if (section.kind === 'held') return openSection(section)
  const bytes = section.file.read(section.start, section.end)
  const part = ({ start, end }: Stretch) => bytes.subarray(start - section.start, end - section.start)
  return {
    sql: (stretch) => part(stretch).toString(),
    raw: part,
    data: (stretch) => [part(stretch)],
    isUnchanged: () => checksumOfBytes(bytes) === section.checksum,
  }
}

/** All of a section at once. */
export function wholeText(section: Section): string {
  return section.kind === 'held' ? section.sql : section.file.text(section.start, section.end)
}

/** The place in its file of an offset in `text`, which begins at `start` of the section. */
export function locateIn(section: Section, path: string, start: number, text: string, offset: number): Location {
  if (section.kind === 'held') return locate(path, section.sql, start + offset, section.line)
  const { line, before } = section.file.lineAt(start)
  return locate(path, before + text, before.length + offset, line)
}

/** So much is read at once, where no single statement is larger. */
const block = 128 * 1024

/** What was taken stays as it is until so much more was: longer than it takes to be sent. */
const rooms = 6

/** Reads a file once from the beginning of its section to the end, and takes its checksum on the way. */
class StreamedText implements SectionText {
  private readonly section: StreamedSection
  private readonly checksum = new Checksum()
  /** What was read last, and the byte of the file at which it ends. */
  private bytes: Buffer = Buffer.alloc(0)
  private next: number
  private readonly rooms: Buffer[] = []
  private turn = 0

  constructor(section: StreamedSection) {
    this.section = section
    this.next = section.start
  }

  sql(stretch: Stretch): string {
    return this.take(stretch).toString()
  }

  raw(stretch: Stretch): Buffer {
    return this.take(stretch)
  }

  *data({ start, end }: Stretch): Generator<Buffer> {
    for (let at = start; at < end; at += block) yield this.take({ start: at, end: Math.min(at + block, end) })
  }

  isUnchanged(): boolean {
    while (this.read(block).length > 0) {}
    return this.checksum.hex() === this.section.checksum
  }

  /** Of a file that has become shorter what is left. */
  private take({ start, end }: Stretch): Buffer {
    if (end > this.next) {
      const kept = this.bytes.subarray(this.bytes.length - Math.max(this.next - start, 0))
      const size = Math.max(end - this.next, block)
      const room = this.room(kept.length + size)
      kept.copy(room)
      const fresh = this.read(size, room.subarray(kept.length))
      this.bytes = room.subarray(0, kept.length + fresh.length)
    }
    const base = this.next - this.bytes.length
    return this.bytes.subarray(Math.max(start - base, 0), Math.max(end - base, 0))
  }

  /** Room for so many bytes, which what was taken a few times ago may lose. */
  private room(size: number): Buffer {
    this.turn = (this.turn + 1) % rooms
    const there = this.rooms[this.turn]
    if (there !== undefined && there.length >= size) return there
    const made = Buffer.allocUnsafe(size)
    this.rooms[this.turn] = made
    return made
  }

  private read(size: number, into?: Buffer): Buffer {
    const { file, end } = this.section
    const bytes = file.read(this.next, Math.min(this.next + size, end), into)
    this.next += bytes.length
    this.checksum.add(bytes)
    return bytes
  }
}

const changesRows = /^(?:delete|update|truncate|merge|drop|with|do|call|alter\s+table[^;]*\bdrop)\b/i

/** True for a section that is in memory and has a statement that, by its first words, may change rows or take them. */
export function mayChangeRows(section: Section): boolean {
  if (section.kind === 'streamed') return false
  for (const { start, end } of section.statements) if (changesRows.test(section.sql.slice(start, end))) return true
  return false
}
