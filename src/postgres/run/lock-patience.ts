import type { Failed } from './transaction.ts'

const usualAttempts = 8

/** How patient a run is. */
export interface Patient {
  readonly tell: (sentence: string) => void
  readonly signal: AbortSignal
  /** Who holds the lock, where that is known. */
  readonly blocker: () => string | null
  /** Lets those give way who do so for whoever asks, before what failed is tried again. @returns whom, for a person. */
  readonly clear?: (failed: Failed) => Promise<string | null>
  /** The SQLSTATEs that are worth another try; that of a lock timeout without them. */
  readonly codes?: ReadonlySet<string>
  readonly attempts?: number
}

const lockTimeout: ReadonlySet<string> = new Set(['55P03'])

/** How often what failed because somebody else holds a lock on a table is tried again, and when. */
export class LockPatience {
  private readonly options: Patient
  private attempt = 1

  constructor(options: Patient) {
    this.options = options
  }

  /** Something went well meanwhile: what comes next has all its attempts. */
  reset(): void {
    this.attempt = 1
  }

  /**
   * True once it may be tried again: after a pause that grows, and differs between runs, so that those who queued behind
   * us get their turn. False at once for any other failure, or when it was tried often enough.
   */
  async allows(name: string, failed: Failed): Promise<boolean> {
    const { tell, signal, blocker, clear, codes = lockTimeout, attempts = usualAttempts } = this.options
    if (!codes.has(failed.outcome.error?.code ?? '') || this.attempt >= attempts || signal.aborted) return false
    this.attempt++
    const who = blocker() ?? 'another session'
    tell(`${name} stepped aside for ${who}, which holds a lock that it needs; attempt ${this.attempt} of ${attempts}`)
    await new Promise((resolve) => setTimeout(resolve, (250 + Math.random() * 500) * this.attempt))
    const cleared = (await clear?.(failed)) ?? null
    if (cleared !== null) tell(`${cleared} gave way to ${name}`)
    return true
  }
}
