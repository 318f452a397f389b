/**
 * An object that is no table and no enum: a view, function, trigger, policy, sequence, extension …; `index` is one of a
 * materialized view, `comment` one on what has no item of its own.
 */
export interface Other {
  readonly kind: OtherKind
  /** Null for what belongs to the whole database. */
  readonly schema: string | null
  /** With the arguments of a function, the view of a comment's column; without the table of a trigger. */
  readonly name: string
  /** Its key; of what belongs to a table or a view. */
  readonly table: string | null
  readonly definition: string
  /** By name, where a definition would not tell what differs. */
  readonly properties?: Readonly<Record<string, string>>
  readonly comment: string | null
}

/** What kind of object it is. */
export type OtherKind =
  | 'schema'
  | 'extension'
  | 'language'
  | 'transform'
  | 'access method'
  | 'domain'
  | 'type'
  | 'sequence'
  | 'collation'
  | 'conversion'
  | 'function'
  | 'aggregate'
  | 'operator'
  | 'operator class'
  | 'operator family'
  | 'cast'
  | 'view'
  | 'materialized view'
  | 'comment'
  | 'security label'
  | 'index'
  | 'rule'
  | 'trigger'
  | 'policy'
  | 'statistics'
  | 'text search'
  | 'foreign-data wrapper'
  | 'foreign server'
  | 'user mapping'
  | 'publication'
  | 'subscription'
  | 'event trigger'
