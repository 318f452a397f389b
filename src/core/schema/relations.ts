import { keyOf } from '../sql/qualified-name.ts'
import type { Catalog, Constraint, Reference, Table } from './catalog.ts'

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
