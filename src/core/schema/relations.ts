import { keyOf } from '../sql/qualified-name.ts'
import type { Catalog, Constraint, Reference, Table } from './catalog.ts'
import { sameList } from './same-list.ts'

/** A foreign key between two tables of a diagram, as a person reads it. */
export interface Relation {
  readonly name: string
  readonly child: Table
  readonly parent: Table
  readonly columns: readonly string[]
  readonly references: Reference
  /** A row of the parent has at most one in the child. */
  readonly isOne: boolean
  /** A row of the child may have no parent. */
  readonly isOptional: boolean
}

/** The tables that a diagram shows: partitions are parts of theirs, and foreign tables belong elsewhere. */
export function drawnTables(catalog: Catalog): Table[] {
  return catalog.tables.filter((table) => table.kind === 'table' || table.kind === 'partitioned')
}

/** The foreign keys that DBML can say: one between the same columns, in whatever direction, and to a key that it can say. */
export function sayableReferences(tables: readonly Table[]): Set<Constraint> {
  const byKey = new Map(tables.filter((table) => table.columns.length > 0).map((table) => [keyOf(table), table]))
  const seen = new Set<string>()
  const said = tables.flatMap((table) =>
    table.constraints.filter(({ columns, references }) => {
      if (references === null) return false
      const parent = { schema: references.schema, name: references.table }
      const target = byKey.get(keyOf(parent))
      if (target === undefined || !hasSayableKey(target, references.columns)) return false
      const ends = [JSON.stringify([keyOf(table), columns]), JSON.stringify([keyOf(parent), references.columns])]
      const pair = ends.sort().join()
      if (ends[0] === ends[1] || seen.has(pair)) return false
      seen.add(pair)
      return true
    }),
  )
  return new Set(said)
}

/** Whether DBML can say of a table that these columns, in whatever order, are a key of it. */
function hasSayableKey({ constraints, indexes }: Table, columns: readonly string[]): boolean {
  const wanted = columns.toSorted()
  const isOn = (keys: readonly string[]) => sameList(keys.toSorted(), wanted)
  return (
    constraints.some(({ kind, definition, ...key }) => {
      return (kind === 'primary key' || (kind === 'unique' && isPlainUnique(definition))) && isOn(key.columns)
    }) ||
    indexes.some((index) => {
      const { unique, valid, more, keys } = index
      return unique && valid && !more && keys.every(({ isColumn }) => isColumn) && isOn(keys.map(({ text }) => text))
    })
  )
}

/** UNIQUE on columns and nothing more: no INCLUDE, not deferrable, and so on. */
export function isPlainUnique(definition: string): boolean {
  return /^UNIQUE \((?:[^()]|"(?:[^"]|"")*")*\)$/.test(definition)
}

/** The foreign keys between tables of a diagram. */
export function relationsOf(tables: readonly Table[]): Relation[] {
  const byKey = new Map(tables.map((table) => [keyOf(table), table]))
  return tables.flatMap((child) =>
    child.constraints.flatMap(({ name, columns, references }) => {
      if (references === null) return []
      const parent = byKey.get(keyOf({ schema: references.schema, name: references.table }))
      if (parent === undefined) return []
      const isOptional = child.columns.some((column) => columns.includes(column.name) && !column.notNull)
      return [{ name, child, parent, columns, references, isOne: isUnique(child, columns), isOptional }]
    }),
  )
}

/** Whether no two rows have the same values there. */
function isUnique({ constraints, indexes }: Table, columns: readonly string[]): boolean {
  const covered = (keys: readonly string[]) => keys.length > 0 && keys.every((key) => columns.includes(key))
  const isKey = ({ kind }: Constraint) => kind === 'primary key' || kind === 'unique'
  return (
    constraints.some((constraint) => isKey(constraint) && covered(constraint.columns)) ||
    indexes.some((index) => index.unique && index.valid && !index.more && covered(index.keys.map((key) => key.text)))
  )
}

export interface Keys {
  readonly primary: boolean
  readonly foreign: boolean
  /** Unique by itself. */
  readonly unique: boolean
}

/** The part that a column has in the keys of its table. */
export function keysOf({ constraints }: Table, column: string): Keys {
  const has = (kind: Constraint['kind']) =>
    constraints.filter((constraint) => constraint.kind === kind && constraint.columns.includes(column))
  return {
    primary: has('primary key').length > 0,
    foreign: has('foreign key').length > 0,
    unique: has('unique').some((constraint) => constraint.columns.length === 1),
  }
}
