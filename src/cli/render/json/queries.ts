import type { QueriesRecordResult } from '../../../commands/shared/queries-results.ts'

/** The document of `db queries record`. */
export function queriesRecordDocument(result: QueriesRecordResult) {
  const { kind, release, path, source, queries, mostCalled, per, after, searchPath, leftOut, hidden } = result
  const { utility, own, unreadable } = leftOut
  return {
    kind,
    release,
    path,
    source,
    queries,
    mostCalled: mostCalled === null ? null : { text: mostCalled.text, calls: mostCalled.calls },
    counted: per,
    after,
    searchPath,
    leftOut: { utility, own, unreadable, hidden },
  }
}
