import { type Location, locate } from '../location.ts'
import type { Stretch } from '../sql/statement-list.ts'
import { Checksum, checksumOfBytes } from './checksum.ts'
import type { Section, StreamedSection } from './section.ts'

/** The text of a section, taken from its beginning to its end. */
export interface SectionText {
  sql(stretch: Stretch): string
  data(stretch: Stretch): Iterable<Buffer>
  /** False when the file is another one than when it was parsed. Nothing can be taken any more. */
  isUnchanged(): boolean
}

/** Begins to read a section. What is in memory may be taken in any order. */
export function openSection(section: Section): SectionText {
  if (section.kind === 'streamed') return new StreamedText(section)
  return {
    sql: ({ start, end }) => section.sql.slice(start, end),
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
const block = 256 * 1024

/** Reads a file once from the beginning of its section to the end, and takes its checksum on the way. */
class StreamedText implements SectionText {
  private readonly section: StreamedSection
  private readonly checksum = new Checksum()
  /** What was read last, and the byte of the file at which it ends. */
  private bytes: Buffer = Buffer.alloc(0)
  private next: number

  constructor(section: StreamedSection) {
    this.section = section
    this.next = section.start
  }

  sql(stretch: Stretch): string {
    return this.take(stretch).toString()
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
      const fresh = this.read(Math.max(end - this.next, block))
      this.bytes = kept.length === 0 ? fresh : Buffer.concat([kept, fresh])
    }
    const base = this.next - this.bytes.length
    return this.bytes.subarray(Math.max(start - base, 0), Math.max(end - base, 0))
  }

  private read(size: number): Buffer {
    const { file, end } = this.section
    const bytes = file.read(this.next, Math.min(this.next + size, end))
    this.next += bytes.length
    this.checksum.add(bytes)
    return bytes
  }
}
