import type { Difference } from './differences.ts'

/** Nothing writes statements for these: they are rare, and most need a superuser. */
const kinds = new Set(['access method', 'language', 'operator class', 'operator family', 'security label', 'transform'])

/** Those of the differences that a person has to bring about. */
export function unwritten(differences: readonly Difference[]): Difference[] {
  return differences.filter(({ kind }) => kinds.has(kind))
}
