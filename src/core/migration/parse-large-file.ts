import { Lexer, SqlError, type StatementToken, type Token } from '../sql/lexer.ts'
import { isPlainInsert, kindOf } from '../sql/statement-list.ts'
import { refuseLargeBatch } from './batch-section.ts'
import { endOfData } from './copy-data-end.ts'
import { refuseDeclared } from './declared-variables.ts'
import { FileGrammar } from './file-grammar.ts'
import { FilePieces } from './file-pieces.ts'
import type { LargeText } from './large-text.ts'
import { isMarker } from './marker.ts'
import type { Migration } from './migration.ts'
import type { OpenSection } from './open-section.ts'
import { collect, heldSection, howOf, invalidFile, isRunnable, nulFault, type SectionContent } from './parse-file.ts'
import { replacedBy } from './replaces-header.ts'
import type { StreamedSection } from './section.ts'
import { holdPart, type Part, StreamedChecksum, StreamedText, sumOf } from './streamed-section.ts'
import { newUp, type UpDraft } from './up-draft.ts'

const newline = 10

/** So much is decoded at once: what lives while V8 sweeps what is young is copied, and the room for it grows by that. */
const pieceSize = 16 * 1024

/** Where a piece of whole lines ends that begins at `from`. */
function pieceEnd(bytes: Buffer, from: number): number {
  if (bytes.length - from <= pieceSize) return bytes.length
  const end = bytes.lastIndexOf(newline, from + pieceSize - 1)
  return end >= from ? end + 1 : bytes.indexOf(newline, from) + 1 || bytes.length
}

/**
 * Parses a file of any size, pushed in whole lines, and holds neither its UP nor its COPY data. Data are not even
 * decoded: the lexer counts their bytes as units.
 */
export class LargeFileParser {
  private readonly path: string
  private readonly file: LargeText
  private readonly lexer = new Lexer(isMarker)
  private readonly grammar: FileGrammar
  private readonly up: UpDraft
  private readonly pieces: FilePieces
  private readonly down: DownDraft = { text: '', content: { statements: [], skipped: [] } }
  /** Up to where the open section has its text, in bytes. */
  private fed: number

  /** @param byte where the text begins in the file: behind a byte order mark. */
  constructor(path: string, file: LargeText, byte: number) {
    this.path = path
    this.file = file
    this.fed = byte
    this.pieces = new FilePieces(file, byte)
    this.up = newUp(byte, file)
    this.grammar = new FileGrammar({
      slice: (start, end) => this.lexer.slice(start, end),
      lineAt: (offset) => {
        const byte = this.pieces.byteAt(offset)
        return () => file.lineAt(byte).line
      },
    })
  }

  /** Takes the next lines, valid UTF-8. @throws NselfError `invalid-migration` with the place of the fault. */
  push(bytes: Buffer): void {
    this.guarded(() => {
      const nul = bytes.indexOf(0)
      const end = nul === -1 ? bytes.length : nul
      for (let at = 0; at < bytes.length; ) {
        at += this.passData(bytes.subarray(at, end))
        if (at === bytes.length) return
        const piece = bytes.subarray(at, pieceEnd(bytes, at))
        at += piece.length
        this.pieces.push(piece)
        if (end < at) throw nulFault(this.pieces.last.start + piece.toString('utf8', 0, end - at + piece.length).length)
        this.read()
      }
    })
  }

  /** Lexes the last piece. */
  private read(): void {
    const { last } = this.pieces
    for (const token of this.lexer.push(last.text)) this.take(token)
    // A line that has no end yet may be a marker: it belongs to nobody before it is read.
    this.feed(this.grammar.current, last.byte + last.bytes.lastIndexOf(newline) + 1)
  }

  /** @throws NselfError `invalid-migration`. */
  finish(name: { version: string; name: string }): Migration {
    return this.guarded(() => {
      for (const token of this.lexer.finish()) this.take(token)
      this.feed(this.grammar.current, this.pieces.endByte)
      const { up, down } = this.grammar.finish(this.pieces.end)
      const { start, end, sum } = this.up
      const part = { file: this.file, start, end, sum }
      const checksum = new StreamedChecksum(part)
      return {
        ...name,
        path: this.path,
        get checksum() {
          return checksum.get()
        },
        dependsOn: this.grammar.dependsOn,
        allows: this.grammar.allows,
        phase: this.grammar.phase,
        replaces: replacedBy(this.grammar.replaces),
        reruns: up.reruns,
        up: this.streamed(up, { ...part, checksum }),
        down: down !== null && isRunnable(down) ? heldSection(this.down.text, down, this.down.content) : null,
      }
    })
  }

  /** Takes the lines of COPY data at the beginning as they are. Returns how many bytes they are. */
  private passData(bytes: Buffer): number {
    if (!this.lexer.isInCopyData || this.grammar.current.direction === 'down') return 0
    const end = endOfData(bytes)
    if (end === 0) return 0
    const byte = this.pieces.endByte
    this.up.dataStart ??= byte
    this.up.sum = sumOf(bytes.subarray(0, end), this.up.sum)
    this.lexer.passCopyData(end)
    this.pieces.pass(end)
    this.fed = byte + end
    return end
  }

  private take(read: Token): void {
    const before = this.grammar.current
    this.grammar.take(read)
    refuseDeclared(this.grammar.declared)
    refuseLargeBatch(this.grammar.current)
    if (this.grammar.current !== before) this.turn(before, read)
    else if (before.direction === 'up') this.collectUp(read)
    else collect(read, before, this.down.content)
  }

  /** A marker was met: what stood before it belongs to the section that it ends. */
  private turn(before: OpenSection, marker: Token): void {
    this.feed(before, this.pieces.byteAt(marker.start))
    this.fed = this.pieces.byteAt(marker.end)
    if (this.grammar.current.direction === 'up') Object.assign(this.up, newUp(this.fed, this.file))
  }

  private feed({ direction }: OpenSection, end: number): void {
    const { last } = this.pieces
    const bytes = last.bytes.subarray(this.fed - last.byte, end - last.byte)
    if (direction === 'down') this.down.text += bytes.toString()
    else {
      this.up.sum = sumOf(bytes, this.up.sum)
      this.up.end = end
    }
    this.fed = end
  }

  private collectUp(token: Token): void {
    const { up } = this
    if (token.kind === 'skip') up.isApart = true
    else if (token.kind === 'statement') {
      this.collectStatement(token)
      up.isApart = false
    } else if (token.kind === 'copy-data') {
      up.dataStart ??= this.pieces.byteAt(token.start)
      if (!token.last) return
      up.statements.setData({ start: up.dataStart, end: this.pieces.byteAt(token.end) })
      up.dataStart = null
    }
  }

  private collectStatement(token: StatementToken): void {
    const { start, end, words } = token
    const addsRows = words[0] === 'INSERT' && isPlainInsert(this.lexer.slice(start, end))
    const byte = this.pieces.byteAt(end)
    const length = this.pieces.isPlainFrom(start) ? end - start : Buffer.byteLength(this.lexer.slice(start, end))
    this.up.statements.add(byte - length, byte, kindOf(token), this.up.isApart, addsRows)
  }

  private streamed(section: OpenSection, part: Part): StreamedSection {
    const { file, start, end } = part
    const { statements } = this.up
    return {
      kind: 'streamed',
      file,
      start,
      end,
      open: () => new StreamedText(part),
      hold: () => holdPart(part),
      line: section.line(),
      statements: section.wrapped ? statements.withoutTransactions() : statements,
      ...howOf(section),
    }
  }

  private guarded<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw error instanceof SqlError ? invalidFile(error, (offset) => this.pieces.locate(this.path, offset)) : error
    }
  }
}

interface DownDraft {
  text: string
  readonly content: SectionContent
}
