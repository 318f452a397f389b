/** A part of GitLab's log that a reader can fold, around what a command says on its way. What it ends with stays outside. */
export class LogSection {
  private isOpen = false
  private readonly write: (text: string) => void
  private readonly now: () => number

  /** @param write null where the log has no sections. */
  constructor(write: ((text: string) => void) | null, now: () => number) {
    this.write = write ?? (() => {})
    this.now = now
  }

  open(): void {
    if (this.isOpen) return
    this.isOpen = true
    this.write(`${this.marker('start')}nself\n`)
  }

  close(): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.write(`${this.marker('end')}\n`)
  }

  private marker(what: 'start' | 'end'): string {
    return `\x1b[0Ksection_${what}:${Math.floor(this.now() / 1000)}:nself_${process.pid}\r\x1b[0K`
  }
}
