/**
 * The bytes of a file from `start` on up to `end`: fewer where the file has become shorter.
 * @param into where they are put; without it they get a place of their own.
 */
export type ReadBytes = (start: number, end: number, into?: Buffer) => Buffer

const block = 1_000_000
const newline = 10

/** The text of a file that is too large to hold, UTF-8, read again wherever something of it is needed. */
export class LargeText {
  readonly read: ReadBytes
  /** Nobody wrote to it for a while before this was made, so that `isUntouched` alone tells every edit since. */
  readonly isAtRest: boolean
  private readonly stamp: () => string
  private readonly stamped: string
  /** The line that was asked for last, and where it begins. */
  private line = 1
  private lineStart = 0

  /** @param stamp tells its size and when it was written: another one after an edit. */
  constructor(read: ReadBytes, stamp: () => string, isAtRest = false) {
    this.read = read
    this.isAtRest = isAtRest
    this.stamp = stamp
    this.stamped = stamp()
  }

  /** True while nobody has written to the file since this was made, as far as it can be told without reading it. */
  isUntouched(): boolean {
    return this.stamp() === this.stamped
  }

  text(start: number, end: number): string {
    return this.read(start, end).toString()
  }

  /** The line of the file, from 1, on which the byte `at` stands, and what stands before it there. */
  lineAt(at: number): { line: number; before: string } {
    // Asked in the order of the file, it is read once.
    if (at < this.lineStart) [this.line, this.lineStart] = [1, 0]
    for (let from = this.lineStart; from < at; from += block) {
      const bytes = this.read(from, Math.min(from + block, at))
      for (let i = bytes.indexOf(newline); i !== -1; i = bytes.indexOf(newline, i + 1)) {
        this.line++
        this.lineStart = from + i + 1
      }
    }
    const before = this.text(this.lineStart, at)
    // Only that of the whole file is no character of its first line.
    return { line: this.line, before: this.lineStart === 0 ? before.replace(/^\ufeff/, '') : before }
  }
}
