import { canonicalDefinition } from './canonical-definition.ts'
import { type Constraint, type Index, isPlain, type Reference, type Table } from './catalog.ts'
import type { DesignTable } from './design.ts'
import { isPlainUnique } from './relations.ts'
import { sameList } from './same-list.ts'

type Keys = Pick<Table, 'constraints' | 'indexes'>

/** What decides whether two keys are the same. */
interface Matching {
  /** A text as PostgreSQL writes it once it has read it again. */
  readonly read: (text: string) => string
  /** The foreign keys that DBML can say. */
  readonly sayable: ReadonlySet<Constraint>
}

/**
 * The keys that a table shall have: those that it has, where the design's do the same, whatever their names are, unless
 * the design names them; otherwise the design's. A unique index and a unique constraint do the same.
 */
export function mergedKeys(known: Table, made: Table, design: DesignTable, { read, sayable }: Matching): Keys {
  const named = new Set(
    [...design.keys, ...design.checks, ...design.indexes].flatMap(({ name }) => (name === null ? [] : [name])),
  )
  const fits = (name: string, item: { name: string }) => !named.has(name) || item.name === name
  const open = { constraints: [...known.constraints], indexes: [...known.indexes] }
  // Constraints take what is theirs first.
  const keys = [
    ...made.constraints.map((constraint) => matchingConstraint(constraint, open, fits, read)),
    ...made.indexes.map((index) => matchingIndex(index, open, fits, read)),
  ]
  const constraints = keys.filter((key) => 'kind' in key)
  const indexes = keys.filter((key) => 'method' in key)
  const taken = new Set(indexes.map(({ name }) => name))
  return {
    constraints: [...constraints, ...open.constraints.filter((item) => !canSay(item, sayable))],
    indexes: [...indexes, ...open.indexes.filter((index) => !isPlain(index) && !taken.has(index.name))],
  }
}

/** The known keys that no key of the design has taken yet. */
interface Open {
  readonly constraints: Constraint[]
  readonly indexes: Index[]
}

/** Whether a key may be one of another name: not where the design names it. */
type NameFits = (name: string, item: { name: string }) => boolean

/** The known constraint or unique index that does what this constraint does, taken; itself where there is none. */
function matchingConstraint(made: Constraint, open: Open, fits: NameFits, read: Matching['read']): Constraint | Index {
  const same = take(open.constraints, (item) => fits(made.name, item) && isSame(item, made, read))
  if (same !== undefined || made.kind !== 'unique') return same ?? made
  return take(open.indexes, (item) => isUniqueOn(item, made.columns) && fits(made.name, item)) ?? made
}

/** The known index or unique constraint that does what this index does, taken; itself where there is none. */
function matchingIndex(made: Index, open: Open, fits: NameFits, read: Matching['read']): Constraint | Index {
  const same = take(open.indexes, (item) => fits(made.name, item) && isSameIndex(item, made, read))
  if (same !== undefined) return { ...same, comment: made.comment }
  const columns = columnsOf(made)
  if (!isUniqueOn(made, columns)) return made
  const isSameUnique = (item: Constraint) => item.kind === 'unique' && sameList(item.columns, columns)
  return take(open.constraints, (item) => isSameUnique(item) && fits(made.name, item)) ?? made
}

function take<T>(list: T[], fits: (item: T) => boolean): T | undefined {
  const at = list.findIndex(fits)
  return at === -1 ? undefined : list.splice(at, 1)[0]
}

/** What DBML has no words for is left as it is when the design does not name it. */
function canSay(constraint: Constraint, sayable: ReadonlySet<Constraint>): boolean {
  const { kind, definition } = constraint
  if (kind === 'unique') return isPlainUnique(definition)
  if (kind === 'foreign key') return sayable.has(constraint)
  return kind !== 'exclusion' && !(kind === 'check' && /(?:NOT VALID|NO INHERIT|NOT ENFORCED)$/.test(definition))
}

function isSame(known: Constraint, made: Constraint, read: (text: string) => string): boolean {
  if (known.kind !== made.kind) return false
  if (known.kind === 'check')
    return canonicalDefinition(read(known.definition)) === canonicalDefinition(made.definition)
  return sameList(known.columns, made.columns) && isSameReference(known.references, made.references)
}

function isSameReference(one: Reference | null, other: Reference | null): boolean {
  if (one === null || other === null) return one === other
  return (
    one.schema === other.schema &&
    one.table === other.table &&
    sameList(one.columns, other.columns) &&
    one.onDelete === other.onDelete &&
    one.onUpdate === other.onUpdate
  )
}

function columnsOf({ keys }: Index): string[] {
  return keys.every((key) => key.isColumn) ? keys.map((key) => key.text) : []
}

function isUniqueOn(index: Index, columns: readonly string[]): boolean {
  return (
    index.unique &&
    isPlain(index) &&
    index.method === 'btree' &&
    columns.length > 0 &&
    sameList(columnsOf(index), columns)
  )
}

function isSameIndex(known: Index, made: Index, read: (text: string) => string): boolean {
  // One with a WHERE or the like is meant only when it is named.
  if (!isPlain(known) && known.name !== made.name) return false
  if (!isPlain(made) && made.definition !== known.definition) return false
  const sameKey = (a: Index['keys'][number] | undefined, b: Index['keys'][number]) =>
    a?.isColumn === b.isColumn && (b.isColumn ? a.text : read(a.text)) === b.text
  return (
    known.unique === made.unique &&
    known.method === made.method &&
    known.keys.length === made.keys.length &&
    made.keys.every((key, i) => sameKey(known.keys[i], key))
  )
}
