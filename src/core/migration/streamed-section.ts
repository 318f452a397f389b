import { crc32 } from 'node:zlib'
import type { Stretch } from '../sql/statement-list.ts'
import { Checksum } from './checksum.ts'
import type { LargeText } from './large-text.ts'
import type { LeasedBytes, SectionText } from './section.ts'

/** A stretch of a file that is too large to hold, with what tells whether it still is what it was when it was parsed. */
export interface Part extends Stretch {
  readonly file: LargeText
  /**
   * crc32 of its bytes. It need only tell an edit made by chance: what was approved is told by its checksum. Null for a
   * file at rest, of which an edit is told without it.
   */
  readonly sum: number | null
  readonly checksum: StreamedChecksum
}

/**
 * The checksum of such a stretch. To take it needs as long as to read and parse the stretch, so that is done when
 * somebody asks for it, or by the way when the stretch is read for something else.
 */
export class StreamedChecksum {
  private readonly part: Omit<Part, 'checksum'>
  private hex = ''

  constructor(part: Omit<Part, 'checksum'>) {
    this.part = part
  }

  get(): string {
    if (this.hex !== '') return this.hex
    const checksum = new Checksum()
    const { file, start, end } = this.part
    const room = Buffer.allocUnsafe(block)
    let sum = firstSum(this.part)
    for (let at = start; at < end; at += block) {
      const bytes = file.read(at, Math.min(at + block, end), room)
      checksum.add(bytes)
      sum = sumOf(bytes, sum)
    }
    this.note(checksum, sum)
    return this.hex
  }

  /**
   * Takes it from somebody who has read all of the stretch. Returns whether that still is the text that was parsed: the
   * checksum of another one is like no other.
   */
  note(checksum: Checksum, sum: number | null): boolean {
    const hex = checksum.hex()
    const { file, sum: parsed } = this.part
    // Of a file at rest the first who read it all has its checksum; who comes later compares with that.
    const isAsNoted = this.hex === '' ? file.isUntouched() : this.hex === hex
    const isParsed = parsed === null ? isAsNoted : sum === parsed
    this.hex = isParsed ? hex : `edited meanwhile: ${hex}`
    return isParsed
  }
}

/** All of it in memory, for what runs while its file may be edited. */
export function holdPart(held: Part): SectionText {
  const { file, start, end, checksum } = held
  const bytes = file.read(start, end)
  const part = (stretch: Stretch) => bytes.subarray(stretch.start - start, stretch.end - start)
  const lease = (stretch: Stretch): LeasedBytes => ({ bytes: part(stretch), release: () => {} })
  return {
    sql: (stretch) => part(stretch).toString(),
    raw: lease,
    data: (stretch) => [lease(stretch)],
    isUnchanged: () => {
      const whole = new Checksum()
      whole.add(bytes)
      return checksum.note(whole, sumOf(bytes, firstSum(held))) && bytes.length === end - start
    },
  }
}

/** The crc32 of bytes that follow those of which `before` is the sum; of none of them zlib would say 0. Null where none is kept. */
export function sumOf(bytes: Buffer, before: number | null): number | null {
  return bytes.length === 0 || before === null ? before : crc32(bytes, before)
}

const firstSum = ({ sum }: Pick<Part, 'sum'>) => (sum === null ? null : 0)

/** So much is read at once, where no single statement is larger. */
const block = 256 * 1024

/** A place for bytes, and how many have some of it. */
interface Room {
  readonly bytes: Buffer
  users: number
}

/**
 * Reads such a stretch once from its beginning to its end. What it lends stays as it is until it is given back; its place
 * is used again then.
 */
export class StreamedText implements SectionText {
  private readonly part: Part
  private readonly checksum = new Checksum()
  private sum: number | null
  private room: Room = { bytes: Buffer.alloc(0), users: 1 }
  private readonly rooms: Room[] = []
  /** What was read last, and the byte of the file at which it ends. */
  private bytes: Buffer = this.room.bytes
  private next: number

  constructor(part: Part) {
    this.part = part
    this.sum = firstSum(part)
    this.next = part.start
  }

  sql(stretch: Stretch): string {
    return this.take(stretch).toString()
  }

  raw(stretch: Stretch): LeasedBytes {
    const bytes = this.take(stretch)
    const { room } = this
    let isLeased = true
    room.users++
    const release = () => {
      if (isLeased) room.users--
      isLeased = false
    }
    return { bytes, release }
  }

  *data({ start, end }: Stretch): Generator<LeasedBytes> {
    for (let at = start; at < end; at += block) yield this.raw({ start: at, end: Math.min(at + block, end) })
  }

  isUnchanged(): boolean {
    while (this.read(block).length > 0) {}
    return this.part.checksum.note(this.checksum, this.sum) && this.next === this.part.end
  }

  /** Of a file that has become shorter what is left. */
  private take({ start, end }: Stretch): Buffer {
    if (end > this.next) {
      this.passTo(start)
      const kept = this.bytes.subarray(this.bytes.length - Math.max(this.next - start, 0))
      const size = Math.max(end - this.next, block)
      const room = this.freeRoom(kept.length + size)
      kept.copy(room.bytes)
      const fresh = this.read(size, room.bytes.subarray(kept.length))
      this.bytes = room.bytes.subarray(0, kept.length + fresh.length)
      this.room.users--
      this.room = room
    }
    const base = this.next - this.bytes.length
    return this.bytes.subarray(Math.max(start - base, 0), Math.max(end - base, 0))
  }

  /** What nobody takes is read all the same, for the checksum, but not held. */
  private passTo(start: number): void {
    while (start - this.next > block && this.read(block).length > 0) this.bytes = this.bytes.subarray(0, 0)
  }

  /** One of that size that nobody has anything of, for us. */
  private freeRoom(size: number): Room {
    const found = this.rooms.find(({ users, bytes }) => users === 0 && bytes.length >= size)
    if (found !== undefined) {
      found.users = 1
      return found
    }
    const room = { bytes: Buffer.allocUnsafeSlow(Math.ceil(size / block) * block), users: 1 }
    // A free one that is too small makes way.
    const small = this.rooms.findIndex(({ users }) => users === 0)
    this.rooms.splice(small === -1 ? this.rooms.length : small, 1, room)
    return room
  }

  private read(size: number, into?: Buffer): Buffer {
    const { file, end } = this.part
    const bytes = file.read(this.next, Math.min(this.next + size, end), into)
    this.next += bytes.length
    this.checksum.add(bytes)
    this.sum = sumOf(bytes, this.sum)
    return bytes
  }
}
