/** A replica as the server sees it. */
export interface Replica {
  readonly name: string
  /** Up to where it has replayed the log, in bytes; null where that cannot be known of it. */
  readonly replayed: number | null
  /** How long the last confirmation took, in ms, as the server measured it. */
  readonly lagMs: number | null
}

interface Sample {
  readonly at: number
  readonly written: number
}

/**
 * How far replicas are behind, in time. What the server measures of one that stands still stays as it was, so it is
 * measured besides: since when has the log been further than the replica is now?
 */
export class ReplicaLag {
  private samples: readonly Sample[] = []

  /**
   * @param at the time in ms, and up to where the log was written then.
   * @returns the replica that is farthest behind; null where none is.
   */
  look(at: number, written: number, replicas: readonly Replica[]): { name: string; ms: number } | null {
    this.samples = [...this.samples, { at, written }]
    const behind = replicas.flatMap(({ name, replayed, lagMs }) => {
      if (replayed === null || replayed >= written) return []
      const since = this.samples.find((sample) => sample.written > replayed)?.at ?? at
      return { name, ms: Math.max(at - since, lagMs ?? 0) }
    })
    const slowest = Math.min(written, ...replicas.map(({ replayed }) => replayed ?? written))
    // What all have replayed tells nothing any more.
    this.samples = this.samples.filter((sample) => sample.written > slowest)
    return behind.sort((a, b) => b.ms - a.ms)[0] ?? null
  }
}
