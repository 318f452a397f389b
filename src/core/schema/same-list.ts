/** Whether two lists have the same texts in the same order. Names hold commas, so joined lists tell nothing. */
export function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, i) => item === other[i])
}

/** Whether two lists have the same texts, each as often, in whatever order. */
export function sameMembers(one: readonly string[], other: readonly string[]): boolean {
  return sameList(one.toSorted(), other.toSorted())
}
