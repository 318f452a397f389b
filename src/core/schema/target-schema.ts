import { keyOf } from '../sql/qualified-name.ts'
import { canonicalDefinition } from './canonical-definition.ts'
import {
  type Catalog,
  type Column,
  type Constraint,
  counts,
  type Enum,
  type Index,
  isPlain,
  type Reference,
  type Table,
  tablesByKey,
} from './catalog.ts'
import type { Design, DesignTable } from './design.ts'
import { drawnTables, isPlainUnique, sayableReferences } from './relations.ts'
import { sameList } from './same-list.ts'

/**
 * How PostgreSQL writes a text of the current database once it has read it again, where that is not the same:
 * `(ARRAY['a'::varchar])::text[]`. By table and text.
 */
export type Rewritten = ReadonlyMap<string, string>

export const rewrittenKey = (table: string, text: string): string => JSON.stringify([table, text])

/** What the database shall consist of, as far as DBML can say it. */
export interface TargetSchema {
  readonly enums: readonly Enum[]
  readonly tables: readonly Table[]
}

/**
 * The current tables as the design wants them: what is the same stays to the letter, what DBML cannot say stays as it is.
 * @param made the design's own tables, as PostgreSQL made them.
 * @param unchanged the keys of those that are known to be as the design wants them, and were not made.
 */
export function targetSchemaOf(
  current: Catalog,
  made: Catalog,
  design: Design,
  rewritten: Rewritten,
  unchanged: ReadonlySet<string> = new Set(),
): TargetSchema {
  const [have, new_] = [tablesByKey(current), tablesByKey(made)]
  const sayable = sayableReferences(drawnTables(current))
  const designed = design.tables.flatMap((table) => {
    const key = keyOf(table)
    const known = have.get(key)
    if (known !== undefined && unchanged.has(key)) return [known]
    const fresh = new_.get(key)
    if (fresh === undefined) return []
    return [known === undefined ? fresh : mergedTable(known, fresh, table, { rewritten, sayable })]
  })
  const kept = new Set(designed.map(keyOf))
  // A partition goes with its parent; what is foreign or has no columns is none of DBML's.
  const parts = current.tables.filter(
    ({ kind, inherits, columns }) =>
      kind === 'foreign' ||
      columns.length === 0 ||
      (kind === 'partition' && inherits.some((parent) => isKept(keyOf(parent), kept, have))),
  )
  const enums = design.enums.map((item) => {
    const known = current.enums.find((other) => keyOf(other) === keyOf(item))
    if (known !== undefined && sameList(known.labels, item.labels)) return known
    return { schema: item.schema, name: item.name, labels: item.labels, comment: known?.comment ?? null }
  })
  return { enums, tables: [...designed, ...parts] }
}

function isKept(key: string, kept: ReadonlySet<string>, have: ReadonlyMap<string, Table>): boolean {
  return kept.has(key) || (have.get(key)?.inherits ?? []).some((parent) => isKept(keyOf(parent), kept, have))
}

interface Merging {
  readonly rewritten: Rewritten
  /** The foreign keys that DBML can say. */
  readonly sayable: ReadonlySet<Constraint>
}

export function mergedTable(known: Table, made: Table, design: DesignTable, { rewritten, sayable }: Merging): Table {
  const read = (text: string) => rewritten.get(rewrittenKey(keyOf(known), text)) ?? text
  const columns = made.columns.map((column) => {
    const same = known.columns.find((item) => item.name === column.name)
    const wish = design.columns.find((item) => item.name === column.name)
    if (same === undefined) return column
    const merged = mergedColumn(same, column, wish?.increment === true, read)
    // A column that counts has values by itself: that it could do without is nothing that DBML says.
    const isKey = design.keys.some((key) => key.kind === 'primary key' && key.columns.includes(column.name))
    const mayBeNull = wish?.increment === true && counts(same) && wish.notNull !== true && !isKey
    return mayBeNull ? { ...merged, notNull: same.notNull } : merged
  })
  return { ...known, comment: made.comment, columns, ...mergedKeys(known, made, design, { read, sayable }) }
}

function mergedColumn(known: Column, made: Column, increments: boolean, read: (text: string) => string): Column {
  const generated = !increments && made.default === null ? known.generated : null
  const keepsSequence = increments && counts(known)
  const own = keepsSequence
    ? { serial: known.serial, identity: known.identity, default: known.default }
    : {
        serial: null,
        identity: made.identity,
        default: known.default !== null && read(known.default) === made.default ? known.default : made.default,
      }
  const sameType = known.type === made.type
  return {
    ...(sameType ? known : made),
    type: made.type,
    statistics: known.statistics,
    notNull: made.notNull,
    generated: generated && !sameType ? made.generated : generated,
    comment: made.comment,
    ...own,
  }
}

type Keys = Pick<Table, 'constraints' | 'indexes'>

/** Matches keys by what they do, not by their names; a unique index and a unique constraint do the same. */
function mergedKeys(
  known: Table,
  made: Table,
  design: DesignTable,
  { read, sayable }: Pick<Merging, 'sayable'> & { readonly read: (text: string) => string },
): Keys {
  const named = new Set(
    [...design.keys, ...design.checks, ...design.indexes].flatMap(({ name }) => (name === null ? [] : [name])),
  )
  const open = { constraints: [...known.constraints], indexes: [...known.indexes] }
  const constraints: Constraint[] = []
  const indexes: Index[] = []
  const fits = (name: string, item: { name: string }) => !named.has(name) || item.name === name
  for (const constraint of made.constraints) {
    const same = take(open.constraints, (item) => fits(constraint.name, item) && isSame(item, constraint, read))
    const index =
      same === undefined && constraint.kind === 'unique'
        ? take(open.indexes, (item) => isUniqueOn(item, constraint.columns) && fits(constraint.name, item))
        : undefined
    if (index !== undefined) indexes.push(index)
    else constraints.push(same ?? constraint)
  }
  for (const index of made.indexes) {
    const same = take(open.indexes, (item) => fits(index.name, item) && isSameIndex(item, index, read))
    const constraint =
      same === undefined && isUniqueOn(index, columnsOf(index))
        ? take(
            open.constraints,
            (item) => item.kind === 'unique' && sameList(item.columns, columnsOf(index)) && fits(index.name, item),
          )
        : undefined
    if (constraint !== undefined) constraints.push(constraint)
    else indexes.push(same === undefined ? index : { ...same, comment: index.comment })
  }
  const taken = new Set(indexes.map(({ name }) => name))
  return {
    constraints: [...constraints, ...open.constraints.filter((item) => !canSay(item, sayable))],
    indexes: [...indexes, ...open.indexes.filter((index) => !isPlain(index) && !taken.has(index.name))],
  }
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
