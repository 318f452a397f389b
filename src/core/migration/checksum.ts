import { createHash, type Hash, hash } from 'node:crypto'

/**
 * The checksum of a section's text: blank edges and the kind of line end do not count, so a checkout
 * with other line ends is no edit. Takes the text in pieces.
 */
export class Checksum {
  private made: Hash | null = null
  private begun = false
  /** Blanks and line ends, as they came, held back until it is known that something follows. */
  private pending = ''

  add(piece: string): void {
    const text = this.begun ? piece : piece.trimStart()
    const body = text.trimEnd()
    if (body !== '') {
      // A line end may be cut in two.
      if (this.pending.endsWith('\r') && body.startsWith('\n')) this.pending = this.pending.slice(0, -1)
      this.hash().update(normalised(this.pending))
      this.hash().update(normalised(body))
      this.begun = true
      this.pending = ''
    }
    if (this.begun) this.pending += text.slice(body.length)
  }

  /** Made for the first piece: most readers of files come and go without one. */
  private hash(): Hash {
    this.made ??= createHash('sha256')
    return this.made
  }

  hex(): string {
    return this.hash().digest('hex')
  }
}

function normalised(text: string): string {
  return text.includes('\r') ? text.replaceAll('\r\n', '\n') : text
}

/** The checksum of a section's text that is held as a whole: several times faster than in pieces. */
export function checksumOf(text: string): string {
  return sha256(normalised(text.trim()))
}

/** sha256 of a text, in hex. */
export function sha256(text: string): string {
  return hash('sha256', text)
}
