import type { RecordedQuery } from './recording.ts'

/** What a statement is to who records queries. */
export type ReadStatement =
  /** The application's; the same query in other words has the same fingerprint. */
  | { readonly kind: 'query'; readonly text: string; readonly fingerprint: string }
  /** DDL, SET, COPY, BEGIN and the like: they are not prepared. */
  | { readonly kind: 'utility' }
  /** nself's own, a look at the server's catalogs, or a statement of a migration. */
  | { readonly kind: 'own' }
  /** Cut off, or not to be parsed. */
  | { readonly kind: 'unreadable' }

/** How many different statements were left out, by the reason. */
export interface LeftOut {
  readonly utility: number
  readonly own: number
  readonly unreadable: number
}

interface Counted {
  readonly text: string
  readonly calls: number
}

/** Queries as they are found, each once. */
export class QueryCollection {
  private readonly found = new Map<string, Counted>()
  private readonly count = { utility: 0, own: 0, unreadable: 0 }
  private readonly isKnown: (fingerprint: string) => boolean

  /** @param isKnown whether a fingerprint is that of a statement which is not the application's. */
  constructor(isKnown: (fingerprint: string) => boolean) {
    this.isKnown = isKnown
  }

  add(statement: ReadStatement, calls: number): void {
    if (statement.kind !== 'query') {
      this.count[statement.kind]++
      return
    }
    const { fingerprint, text } = statement
    if (this.isKnown(fingerprint)) {
      this.count.own++
      return
    }
    const before = this.found.get(fingerprint)
    const kept = before === undefined || isShorter(text, before.text) ? text : before.text
    this.found.set(fingerprint, { text: kept, calls: calls + (before?.calls ?? 0) })
  }

  /** With the calls as a recording counts them. */
  queries(rate: (calls: number) => number): RecordedQuery[] {
    return [...this.found.values()].map(({ text, calls }) => ({ text, calls: rate(calls) }))
  }

  get leftOut(): LeftOut {
    return { ...this.count }
  }
}

/** Of a list of values in many lengths the shortest is kept, whichever came first. */
function isShorter(one: string, other: string): boolean {
  return one.length !== other.length ? one.length < other.length : one < other
}
