import { createHash } from 'node:crypto'

/**
 * The checksum of a section's text: blank edges and the kind of line end do not count, so a checkout
 * with other line ends is no edit. Takes the text in pieces.
 */
export class Checksum {
  private readonly hash = createHash('sha256')
  private begun = false
  /** Blanks and line ends held back until it is known that something follows. */
  private pending = ''

  add(piece: string): void {
    let text = this.pending + piece
    if (!this.begun) text = text.trimStart()
    const body = text.trimEnd()
    if (body !== '') {
      this.begun = true
      this.hash.update(body.replaceAll('\r\n', '\n'))
    }
    this.pending = this.begun ? text.slice(body.length).replaceAll('\r\n', '\n') : ''
  }

  hex(): string {
    return this.hash.digest('hex')
  }
}

/** sha256 of a text, in hex. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
