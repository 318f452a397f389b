import type { LeftOut } from '../../core/queries/collection.ts'

/** What was recorded of a release. */
export interface QueriesRecordResult {
  readonly kind: 'queries-record'
  readonly release: string
  /** Relative to where the person stands. */
  readonly path: string
  /** Where the queries were found. */
  readonly source: string
  readonly queries: number
  /** The one that is called most; null where there is none. */
  readonly mostCalled: { readonly text: string; readonly calls: number } | null
  /** What calls are counted by: `a day`. */
  readonly per: string
  readonly after: string | null
  readonly searchPath: string | null
  readonly leftOut: LeftOut
  /** Statements of other roles whose texts could not be seen. */
  readonly hidden: number
}
