import type { Difference } from './differences.ts'

/** Nothing writes statements for these: only what a server has loaded knows what they mean. */
const kinds = new Set(['security label'])

/** Those of the differences that a person has to bring about. */
export function unwritten(differences: readonly Difference[]): Difference[] {
  return differences.filter(({ kind }) => kinds.has(kind))
}
