/** The lock under which a restore works, and the signal that ends it. */
export interface Hold {
  readonly signal: AbortSignal
  readonly pid: number
  /** Gives the lock back on purpose: the database cannot be renamed while its connection is there. */
  readonly leave: () => Promise<void>
}
