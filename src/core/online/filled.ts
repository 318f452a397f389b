/** A column that is filled in, in batches that walk its table by a key. */
export interface Filled {
  readonly table: string
  /** What the file is called after. */
  readonly name: string
  readonly key: readonly string[]
  readonly column: string
  readonly value: string
}
