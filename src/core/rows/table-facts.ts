/** What a table that is to be filled is like, as the catalog has it. */
export interface FillableTable {
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** As SQL takes it. */
  readonly sql: string
  /** A migration names it, or what it names reads it; false for one that only a foreign key needs. */
  readonly isTouched: boolean
  /** Those that an INSERT may name. */
  readonly columns: readonly ColumnFacts[]
  readonly checks: readonly CheckFacts[]
  readonly primaryKey: readonly string[]
  readonly foreignKeys: readonly ForeignKey[]
  /** Of a partitioned table. */
  readonly partitioning: Partitioning | null
  /** Constraints that are looked at only at COMMIT, as SQL takes their names. */
  readonly deferred: readonly string[]
}

export interface ColumnFacts {
  readonly name: string
  readonly type: number
  readonly typmod: number
  readonly notNull: boolean
  /** The sequence that numbers it, as SQL takes it. */
  readonly sequence: string | null
}

interface CheckFacts {
  readonly name: string
  readonly columns: readonly string[]
  /** With the text of the functions that it calls. */
  readonly text: string
}

export interface ForeignKey {
  /** As SQL takes it, without its schema. */
  readonly name: string
  readonly isDeferrable: boolean
  readonly columns: readonly string[]
  readonly target: number
  readonly targetSql: string
  readonly targetColumns: readonly string[]
}

interface Partitioning {
  readonly columns: readonly string[]
  /** `FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')` of all partitions below. */
  readonly bounds: readonly string[]
}

/** A type as the catalog has it. */
export interface TypeFacts {
  readonly name: string
  readonly kind: 'base' | 'enum' | 'domain' | 'array' | 'composite' | 'range' | 'multirange'
  readonly labels: readonly string[]
  /** The type below: of an array, a domain, a range. */
  readonly of: number | null
  readonly typmod: number
  readonly attributes: readonly { readonly name: string; readonly type: number; readonly typmod: number }[]
  /** What a domain demands. */
  readonly text: string
}

export type TypeMap = ReadonlyMap<number, TypeFacts>
