import { changesOf, type QueryChange, type QueryLook } from './query-look.ts'
import type { RecordedQuery } from './recording.ts'

/** What became of one query of a release. */
export interface QueryFound<File> {
  readonly query: RecordedQuery
  readonly file: File
  readonly direction: 'up' | 'down'
  readonly change: QueryChange
  /** The migration of the same run with which it can be asked again; null where none does. */
  readonly until: File | null
}

/** A query that could not be prepared before anything in scope ran. */
export interface Uncounted {
  readonly query: RecordedQuery
  readonly error: string
}

/** How the queries of a release fare, migration by migration. */
export class ReleaseWalk<File> {
  readonly found: QueryFound<File>[] = []
  /** The first migration that was looked at, and what could not be prepared before it. */
  start: { readonly file: File; readonly uncounted: readonly Uncounted[] } | null = null
  private readonly queries: readonly RecordedQuery[]
  private readonly countsLater: boolean
  /** How each query was when it could be asked last; null for one that never could. */
  private readonly good: (QueryLook | null)[]
  private before: readonly QueryLook[] = []

  /** @param countsLater a query counts from where it can be prepared on; without it, only where it could be at the start. */
  constructor(queries: readonly RecordedQuery[], countsLater: boolean) {
    this.queries = queries
    this.countsLater = countsLater
    this.good = queries.map(() => null)
  }

  /** How the queries fare before the UP of a migration. */
  enter(file: File, looks: readonly QueryLook[]): void {
    this.before = looks
    if (this.start !== null && !this.countsLater) return
    for (const [i, look] of looks.entries()) if (look.error === null) this.good[i] ??= look
    this.start ??= { file, uncounted: this.uncounted(looks) }
  }

  private uncounted(looks: readonly QueryLook[]): Uncounted[] {
    return this.queries.flatMap((query, i) => {
      const error = looks[i]?.error ?? null
      return error === null ? [] : { query, error }
    })
  }

  /** How they fare after it. */
  afterUp(file: File, looks: readonly QueryLook[]): void {
    for (const [i, query] of this.queries.entries()) {
      const [good, before, after] = [this.good[i], this.before[i], looks[i]]
      if (!good || before === undefined || after === undefined) continue
      if (after.error === null && before.error !== null) this.heal(query, file)
      if (before.error !== null && after.error !== null) continue
      for (const change of changesOf(good, after)) this.add(query, file, 'up', change)
      if (after.error === null) this.good[i] = after
    }
  }

  /** How they fare after its DOWN, where that does not bring back what was. */
  afterDown(file: File, looks: readonly QueryLook[]): void {
    for (const [i, query] of this.queries.entries()) {
      const [before, after] = [this.before[i], looks[i]]
      if (!this.good[i] || before === undefined || after === undefined) continue
      for (const change of changesOf(before, after)) this.add(query, file, 'down', change)
    }
  }

  private add(query: RecordedQuery, file: File, direction: 'up' | 'down', change: QueryChange): void {
    this.found.push({ query, file, direction, change, until: null })
  }

  private heal(query: RecordedQuery, file: File): void {
    const at = this.found.findLastIndex(
      (one) => one.query === query && one.direction === 'up' && one.change.kind === 'breaks',
    )
    const broken = this.found[at]
    if (broken !== undefined) this.found[at] = { ...broken, until: file }
  }
}
