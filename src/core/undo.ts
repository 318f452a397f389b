/** A copy is made of a database up to this size, in bytes: making it takes a second or two. */
export const largestCopy = 1_000_000_000

/** For how long a copy is kept, in ms. */
const keptFor = 24 * 60 * 60 * 1000

/** How many copies of a database are kept. */
const copiesKept = 3

/** The copies that are no longer kept, of those of one database, the newest first. `now` in ms. */
export function outdatedCopies<Copy extends { readonly keptAt: string }>(copies: readonly Copy[], now: number): Copy[] {
  return copies.filter(({ keptAt }, i) => i >= copiesKept || now - Date.parse(keptAt) > keptFor)
}
