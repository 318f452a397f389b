import type { LintStep } from './step.ts'

/** What made something: a migration, or its DOWN. They are compared, never looked into. */
export type MadeIn = object

export interface KnownColumn {
  /** As the parse tree names it: `varchar(20)`, `int4`. */
  readonly type: string
  readonly notNull: boolean
  readonly origin: MadeIn
}

export type ConstraintKind = 'primary key' | 'unique' | 'foreign key' | 'check' | 'not null' | 'exclude'

export interface KnownConstraint {
  /** Null where PostgreSQL chooses it. */
  readonly name: string | null
  readonly kind: ConstraintKind
  readonly columns: readonly string[]
  /** False for one that is NOT VALID until it is validated. */
  readonly validated: boolean
  /** The columns that have no NULL while it holds. */
  readonly neverNull: readonly string[]
  /** What a foreign key refers to, as it is told. */
  readonly refersTo: string | null
  readonly origin: MadeIn
  readonly step: LintStep
  /** The place in its step. */
  readonly offset: number
}

export interface KnownIndex {
  readonly name: string | null
  /** Empty in the place of an expression. */
  readonly columns: readonly string[]
  /** It has not every row. */
  readonly isPartial: boolean
}

/** A table as the migrations make it; of a materialized view no more than that it is there. */
export interface LintTable {
  readonly schema: string
  readonly name: string
  readonly isTemporary: boolean
  readonly isPartitioned: boolean
  /** The table that it is a partition of, as schemas are known by it. */
  readonly partOf: string | null
  readonly origin: MadeIn
  /** What gave it the name that it has. */
  readonly namedBy: MadeIn
  readonly columns: ReadonlyMap<string, KnownColumn>
  readonly constraints: readonly KnownConstraint[]
  readonly indexes: readonly KnownIndex[]
  /** The names of indexes that it had. */
  readonly formerIndexes: readonly string[]
}

/** What PostgreSQL calls a constraint that has no name: `orders_user_id_fkey`. */
export function nameOfConstraint({ name }: LintTable, constraint: KnownConstraint): string {
  const endings: Record<ConstraintKind, string> = {
    'primary key': 'pkey',
    unique: 'key',
    'foreign key': 'fkey',
    check: 'check',
    'not null': 'not_null',
    exclude: 'excl',
  }
  const columns = constraint.kind === 'primary key' ? [] : constraint.columns
  return constraint.name ?? [name, ...columns, endings[constraint.kind]].join('_')
}
