import type { RelationName } from '../sql/tree.ts'
import type { PartitionBound } from './partition-sql.ts'

/** What an earlier statement of the run makes of the rows of a table. Texts are SQL of the user's own statements. */
export type Layer = { readonly alias: string } & (
  | { readonly kind: 'add'; readonly column: string; readonly type: string; readonly value: string | null }
  | { readonly kind: 'drop'; readonly column: string }
  | { readonly kind: 'rename'; readonly column: string; readonly to: string }
  | { readonly kind: 'retype'; readonly column: string; readonly value: string }
  | { readonly kind: 'set'; readonly values: readonly ColumnValue[]; readonly where: string | null }
  | { readonly kind: 'delete'; readonly where: string | null }
)

export interface ColumnValue {
  readonly column: string
  readonly value: string
}

/** A table of the real database, as it will be when a statement of the run meets it. */
export interface AskedTable {
  /** As the database has it now. */
  readonly base: RelationName
  /** What expressions call it. */
  readonly alias: string
  readonly layers: readonly Layer[]
  /** The run may make it itself, or says IF EXISTS: where the database has none, there is nothing to ask. */
  readonly mayBeNew: boolean
}

/** What a type that the run itself makes or changes takes. */
export type NewType =
  | { readonly kind: 'enum'; readonly labels: readonly string[]; readonly extends: string | null }
  | { readonly kind: 'domain'; readonly base: string; readonly checks: readonly string[]; readonly notNull: boolean }

export type Asked =
  | { readonly kind: 'not-null'; readonly column: string; readonly isNew: boolean }
  | {
      readonly kind: 'duplicates'
      readonly elements: readonly string[]
      readonly where: string | null
      readonly nullsToo: boolean
    }
  | {
      readonly kind: 'foreign-key'
      readonly columns: readonly string[]
      /** Null for one that the run makes and leaves empty. */
      readonly target: AskedTable | null
      /** Null for its primary key. */
      readonly targetColumns: readonly string[] | null
      readonly full: boolean
      readonly targetName: RelationName
    }
  | { readonly kind: 'check'; readonly expression: string }
  | {
      readonly kind: 'exclude'
      readonly elements: readonly { readonly value: string; readonly operator: string }[]
      readonly where: string | null
    }
  | {
      readonly kind: 'retype'
      readonly column: string
      /** As the statement writes it. */
      readonly type: string
      /** Null for the column as it is. */
      readonly using: string | null
      readonly made: NewType | null
    }
  /** Whether a column with another type or collation keeps to its unique indexes. */
  | {
      readonly kind: 'kept-unique'
      readonly column: string
      readonly type: string
      /** Its values are cast, and compared as they were. */
      readonly isPlain: boolean
      /** Constraints and indexes that are gone by then. */
      readonly dropped: readonly string[]
    }
  /** An expression that is computed for each row: of an index, or of a generated column. */
  | { readonly kind: 'computed'; readonly expression: string; readonly where: string | null }
  /** Whether the columns of a unique index, which becomes a primary key, hold NULL. */
  | { readonly kind: 'index-columns'; readonly index: string }
  | { readonly kind: 'validate'; readonly constraint: string }
  /** Whether rows that an UPDATE writes break a check that was never validated; the table has those rows alone. */
  | {
      readonly kind: 'unvalidated'
      /** Checks that the run makes so, by name. */
      readonly made: readonly { readonly name: string; readonly expression: string }[]
      readonly dropped: readonly string[]
      /** Which rows it writes, and what into them, is known: otherwise the table has all of them, as they are before. */
      readonly isFollowed: boolean
    }
  /** Those of all columns that have the domain. A null expression asks for NULL. */
  | {
      readonly kind: 'domain'
      readonly domain: RelationName
      readonly expression: string | null
      readonly validates: string | null
    }
  /** Whether all rows belong to the partition that the table becomes. */
  | { readonly kind: 'partition'; readonly of: PartitionOf; readonly bound: PartitionBound }
  /** Whether the rows keep to the unique indexes, or the foreign keys, of the table whose partition theirs becomes. */
  | { readonly kind: 'parent-unique' | 'parent-keys'; readonly of: PartitionOf }
  /** Of a table with partitions: whether rows of its default partition belong to a new one. */
  | {
      readonly kind: 'default-partition'
      readonly bound: PartitionBound
      readonly partition: RelationName
      /** Tables of the database that the run has changed by then. */
      readonly others: readonly ChangedTable[]
    }
  /** What cannot be asked, and why. */
  | { readonly kind: 'unknown'; readonly why: string }

/** A table that gets a partition. */
export interface PartitionOf {
  readonly name: RelationName
  /** Null for one that the run makes. */
  readonly table: AskedTable | null
  /** What decides the partition of a row, where the run makes the table; null where the database knows it. */
  readonly made: PartitionKey | null
  /** What in the run has given it other partitions before; null for nothing. */
  readonly addedBy: string | null
}

export interface PartitionKey {
  readonly isHash: boolean
  /** Null where expressions are among them. */
  readonly columns: readonly string[] | null
}

/** What a run has done to a table up to a statement. */
export interface ChangedTable {
  readonly base: RelationName
  /** Null where it is gone, or is no partition any more. */
  readonly table: AskedTable | null
  /** What changes it in a way that cannot be followed; null for nothing. */
  readonly changedBy: string | null
}

/** Where in a run something stands. */
export interface ProbePlace {
  readonly migration: string
  readonly path: string
  readonly line: number
  readonly column: number
}

/** Something to be asked of the rows that are there: whether a statement would fail on them. */
export interface RowQuestion {
  readonly place: ProbePlace
  /** Null where the question is of a domain. */
  readonly table: AskedTable | null
  readonly asked: Asked
  /** The statement's search_path, where its file sets one. */
  readonly searchPath: readonly string[] | null
  /** Functions that statements of the run call, up to this one. */
  readonly calls: readonly string[]
  /** What runs before it and may change the answer: `the DO block in line 4`; null for nothing. */
  readonly mayChange: string | null
}

/** How long a statement of the run works on a table, and which lock it takes. */
export interface Touch {
  readonly place: ProbePlace
  readonly table: AskedTable
  readonly searchPath: readonly string[] | null
  readonly mode: LockMode
  readonly work: 'none' | 'scans' | 'rewrites'
  /** Set where what it does depends on the type that the column has now. */
  readonly retype: { readonly column: string; readonly type: string } | null
}

/** Modes of table locks, the weakest first. */
export const lockModes = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
] as const
export type LockMode = (typeof lockModes)[number]

/** The modes with which one conflicts, as PostgreSQL's documentation has them. */
export function conflictsOf(mode: LockMode): readonly LockMode[] {
  const from: Record<LockMode, number> = {
    AccessShareLock: 7,
    RowShareLock: 6,
    RowExclusiveLock: 4,
    ShareUpdateExclusiveLock: 3,
    ShareLock: 2,
    ShareRowExclusiveLock: 2,
    ExclusiveLock: 1,
    AccessExclusiveLock: 0,
  }
  return lockModes.slice(from[mode]).filter((other) => mode !== 'ShareLock' || other !== 'ShareLock')
}

export interface Questions {
  readonly questions: readonly RowQuestion[]
  readonly touches: readonly Touch[]
}
