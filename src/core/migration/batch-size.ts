/** A batch that takes longer holds the locks of its rows for too long; one that takes less may be larger. */
const longest = 500
const shortest = 250
const wanted = 400
/** With how many rows the first batch tries how long they take. */
const first = 1000

/** How many rows the next batch takes: fewer where it took long or others waited for it, more again while it is quick. */
export class BatchSize {
  now: number
  private most: number

  constructor(most: number) {
    this.most = most
    this.now = Math.min(most, first)
  }

  /** A batch of `rows` took so long. */
  took(ms: number, rows: number): void {
    if (ms > longest) this.now = this.within(Math.min(rows, this.now) * (wanted / ms))
    else if (ms < shortest) this.now = this.within(this.now * 2)
  }

  /** Somebody waits for its locks, or it for theirs. */
  stepBack(): void {
    this.now = this.within(this.now / 2)
  }

  /** A batch of `rows` takes longer than it may: it is to be fewer from here on. */
  neverAgain(rows: number): void {
    this.most = Math.max(1, Math.floor(rows / 2))
    this.now = this.within(this.now)
  }

  private within(rows: number): number {
    return Math.max(1, Math.min(this.most, Math.floor(rows)))
  }
}
