/**
 * A small part of a list that still fails: without any of its items it would not, where more items never help.
 * @param fails whether a part of the list fails; the whole is known to.
 */
export async function smallestFailing<T>(
  items: readonly T[],
  fails: (part: readonly T[]) => Promise<boolean>,
): Promise<T[]> {
  const needed: T[] = []
  let open = items
  while (open.length > 0) {
    let [low, high] = [needed.length === 0 ? 1 : 0, open.length]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (await fails([...needed, ...open.slice(0, middle)])) high = middle
      else low = middle + 1
    }
    const last = open[low - 1]
    if (low === 0 || last === undefined) break
    needed.unshift(last)
    open = open.slice(0, low - 1)
    if (open.length > 0 && (await fails(needed))) break
  }
  return needed
}

/** The items that fail by themselves, where a part of the list without any of them does not fail. */
export async function failingAlone<T>(
  items: readonly T[],
  fails: (part: readonly T[]) => Promise<boolean>,
): Promise<T[]> {
  if (items.length === 0 || !(await fails(items))) return []
  if (items.length === 1) return [...items]
  const middle = Math.floor(items.length / 2)
  return [...(await failingAlone(items.slice(0, middle), fails)), ...(await failingAlone(items.slice(middle), fails))]
}
