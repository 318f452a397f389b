import { keyOf, type QualifiedName } from '../sql/qualified-name.ts'
import type { Other } from './other.ts'

/**
 * What a database consists of, as PostgreSQL itself writes it (`pg_get_…def`), less what belongs to extensions and to
 * this tool. Structured where the tool needs structure, a definition elsewhere.
 */
export interface Catalog {
  /** `server_version_num`. */
  readonly serverVersion: number
  readonly enums: readonly Enum[]
  readonly tables: readonly Table[]
  readonly others: readonly Other[]
  /** What else can be set on a part of the above, where it is set. */
  readonly details: readonly Detail[]
  /** Owners and rights; empty where they were not asked for. */
  readonly access: readonly Access[]
}

export interface Enum {
  readonly schema: string
  readonly name: string
  readonly labels: readonly string[]
  readonly comment: string | null
}

export interface Table {
  readonly schema: string
  readonly name: string
  readonly kind: 'table' | 'partitioned' | 'partition' | 'foreign'
  readonly unlogged: boolean
  /** `RANGE (created_at)`. */
  readonly partitionKey: string | null
  /** `FOR VALUES FROM (…) TO (…)`, of a partition. */
  readonly partitionBound: string | null
  /** What it inherits from, or is a partition of. */
  readonly inherits: readonly QualifiedName[]
  /** Everything else that CREATE TABLE and ALTER TABLE can set, by name: row security, replica identity, options. */
  readonly settings: Readonly<Record<string, string>>
  readonly columns: readonly Column[]
  readonly constraints: readonly Constraint[]
  /** Those that no constraint owns. */
  readonly indexes: readonly Index[]
  readonly comment: string | null
}

export interface Column {
  readonly name: string
  /** As format_type writes it: `character varying(20)`. */
  readonly type: string
  readonly notNull: boolean
  readonly default: string | null
  readonly generated: { readonly expression: string; readonly kind: 'stored' | 'virtual' } | null
  /** With the key of its sequence. */
  readonly identity: { readonly kind: 'always' | 'by default'; readonly sequence: string } | null
  /** Key of the sequence that its default draws from and that it owns, as with `serial`. */
  readonly serial: string | null
  /** Only when it is not that of the type. */
  readonly collation: string | null
  readonly statistics: number | null
  readonly storage: string | null
  readonly compression: string | null
  readonly comment: string | null
}

export interface Constraint {
  readonly name: string
  readonly kind: 'primary key' | 'unique' | 'foreign key' | 'check' | 'exclusion'
  /** `CHECK ((price >= 0))`. */
  readonly definition: string
  readonly columns: readonly string[]
  readonly references: Reference | null
  readonly comment: string | null
}

export interface Reference {
  readonly schema: string
  readonly table: string
  readonly columns: readonly string[]
  readonly onDelete: Rule
  readonly onUpdate: Rule
}

export const rules = ['no action', 'restrict', 'cascade', 'set null', 'set default'] as const
export type Rule = (typeof rules)[number]

interface IndexKey {
  /** The column's name, or the expression. */
  readonly text: string
  readonly isColumn: boolean
  /** Its operator class and order where they are not the usual ones: ` gin_trgm_ops`, ` DESC`. */
  readonly behind: string
}

export interface Index {
  readonly name: string
  /** `CREATE INDEX …`, whole. */
  readonly definition: string
  readonly unique: boolean
  readonly method: string
  readonly keys: readonly IndexKey[]
  /** It has more than keys: WHERE, INCLUDE, NULLS NOT DISTINCT, a collation or options of its own. */
  readonly more: boolean
  readonly valid: boolean
  readonly comment: string | null
}

/** The names that lead to something inside its schema; a text is what its kind has instead: `f(integer)`. */
export type Path = readonly string[] | string

/**
 * Properties of something that the catalog has elsewhere. Of what it does not list, such as a partition's column, only
 * what differs from its parent's: without any it is as its table makes it.
 */
export interface Detail {
  readonly kind: string
  readonly schema: string | null
  readonly path: Path
  /** The table or view without which it cannot be, by key. */
  readonly table: string | null
  readonly properties: Readonly<Record<string, string>>
}

/** The property of a detail that names the extensions with which something is dropped that is no part of them. */
export const needsExtension = 'depends on extension'

/** Who owns something, and what others may do with it; default privileges are those of what its owner will make. */
export interface Access {
  readonly kind: string
  readonly schema: string | null
  readonly path: Path
  readonly table: string | null
  /** Of a routine by the types of its arguments alone, which is what tells it from others. */
  readonly signature?: string | null
  /** Null of a column, which has none of its own. */
  readonly owner: string | null
  readonly grants: readonly Grant[]
  /** What the owner may not do, although it is his own. */
  readonly withheld: string | null
  /** Of what an extension has made, where its rights are others than the extension gave it. */
  readonly extension?: { readonly name: string; readonly grants: readonly Grant[] }
}

interface Grant {
  /** `SELECT, UPDATE WITH GRANT OPTION`. */
  readonly what: string
  /** Null for everybody. */
  readonly to: string | null
}

/** The tables by key. */
export function tablesByKey(catalog: Pick<Catalog, 'tables'>): ReadonlyMap<string, Table> {
  return new Map(catalog.tables.map((table) => [keyOf(table), table]))
}

/** The property of a column's detail that says that a table has it from its parent and of its own as well. */
export const ownDefinition = 'own definition'

/** The columns that a table has from its parent and of its own as well, by the table's key. */
export function ownInherited({ details }: Pick<Catalog, 'details'>): ReadonlyMap<string, ReadonlySet<string>> {
  const columns = new Map<string, Set<string>>()
  for (const { kind, table, path, properties } of details) {
    const name = typeof path === 'string' ? undefined : path[1]
    if (kind !== 'column' || table === null || name === undefined || properties[ownDefinition] === undefined) continue
    columns.set(table, (columns.get(table) ?? new Set()).add(name))
  }
  return columns
}

/** Whether an index has nothing but keys in the usual order, with the usual operator classes. */
export function isPlain({ more, keys }: Index): boolean {
  return !more && keys.every(({ behind }) => behind === '')
}

/** Whether a column counts by itself: as an identity, as serial, or from a sequence that belongs to none. */
export function counts({ identity, serial, default: value }: Column): boolean {
  return identity !== null || serial !== null || /^nextval\('.*'::regclass\)$/.test(value ?? '')
}
