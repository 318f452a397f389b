/** A place into which a query puts rows. */
export interface InsertTarget {
  readonly schema: string | null
  readonly table: string
  /** Null where it names none: then the first ones, as many as there are values. */
  readonly columns: readonly string[] | null
  /** How many values a row has; null where nobody knows. */
  readonly width: number | null
  /** Which of these, from 0, are DEFAULT in some row: such a column is given nothing of its own. */
  readonly defaults: readonly number[]
}

/** What must be known of a query to look at it on a server. */
export interface QueryShape {
  readonly inserts: readonly InsertTarget[]
  /** ON CONFLICT names columns: whether a unique index fits them is found out only as it is planned. */
  readonly infers: boolean
  /** The highest number of a parameter. */
  readonly parameters: number
}
