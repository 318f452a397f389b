import { isAscii } from 'node:buffer'
import { type Location, locate } from '../location.ts'
import type { LargeText } from './large-text.ts'

/** Text that was pushed, and where it begins: in units that the lexer counts, and in bytes of the file. */
interface Piece {
  readonly bytes: Buffer
  readonly text: string
  readonly start: number
  readonly byte: number
}

/** A large file as it comes, piece by piece, and which byte of it stands at an offset that the lexer counts. */
export class FilePieces {
  private readonly file: LargeText
  private piece: Piece
  /** Where each piece began. */
  private readonly marks: { readonly start: number; readonly byte: number }[] = []
  /** A place in the piece that is known in units and in bytes. */
  private known = { offset: 0, byte: 0 }

  /** @param byte where the text begins in the file. */
  constructor(file: LargeText, byte: number) {
    this.file = file
    this.piece = { bytes: Buffer.alloc(0), text: '', start: 0, byte }
  }

  /** The piece that was pushed last. */
  get last(): Piece {
    return this.piece
  }

  /** Where the next piece will begin, in units. */
  get end(): number {
    return this.piece.start + this.piece.text.length
  }

  /** The same in bytes. */
  get endByte(): number {
    return this.piece.byte + this.piece.bytes.length
  }

  push(bytes: Buffer): void {
    const [start, byte] = [this.end, this.endByte]
    this.piece = { bytes, text: isAscii(bytes) ? bytes.toString('latin1') : bytes.toString(), start, byte }
    this.known = { offset: start, byte }
    this.marks.push({ start, byte })
  }

  /** Passes bytes that are not decoded: each counts as a unit. */
  pass(count: number): void {
    this.piece = { bytes: Buffer.alloc(0), text: '', start: this.end + count, byte: this.endByte + count }
  }

  /** The byte of an offset in the last piece; only blanks stand between the piece and one just before it. */
  byteAt(offset: number): number {
    const { start, text, bytes, byte } = this.piece
    if (offset < start || text.length === bytes.length) return byte + offset - start
    if (offset < this.known.offset) this.known = { offset: start, byte }
    const between = text.slice(this.known.offset - start, offset - start)
    this.known = { offset, byte: this.known.byte + Buffer.byteLength(between) }
    return this.known.byte
  }

  /** Whether what begins there is text of the last piece in which each unit is a byte. */
  isPlainFrom(offset: number): boolean {
    return offset >= this.piece.start && this.piece.text.length === this.piece.bytes.length
  }

  locate(path: string, offset: number): Location {
    const byte = offset >= this.piece.start ? this.byteAt(offset) : this.byteBefore(offset)
    const { line, before } = this.file.lineAt(byte)
    return locate(path, before + this.file.text(byte, byte + 1000), before.length, line)
  }

  /** The byte of an offset in an earlier piece. */
  private byteBefore(offset: number): number {
    const at = this.marks.findLastIndex(({ start }) => start <= offset)
    const mark = this.marks[at]
    if (mark === undefined) return 0
    const text = this.file.text(mark.byte, this.marks[at + 1]?.byte ?? this.piece.byte)
    return mark.byte + Buffer.byteLength(text.slice(0, offset - mark.start))
  }
}
