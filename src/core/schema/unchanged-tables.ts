import { keyOf } from '../sql/qualified-name.ts'
import { type Catalog, type Column, type Constraint, type Index, type Table, tablesByKey } from './catalog.ts'
import type { Design, DesignColumn, DesignIndex, DesignReference, DesignTable } from './design.ts'
import { drawnTables, sayableReferences } from './relations.ts'
import { sameList } from './same-list.ts'
import { mergedTable } from './target-schema.ts'

/** How PostgreSQL writes the type and the default of a column, by columnWordKey; what it did not take is not there. */
export type ColumnWords = ReadonlyMap<string, { readonly type: string; readonly default: string | null }>

/** The key of `ColumnWords`: a type and a default as the design writes them. */
export const columnWordKey = ({ type, default: value }: Pick<DesignColumn, 'type' | 'default'>): string =>
  JSON.stringify([type, value])

/**
 * The keys of the tables that the database already has as the design wants them, so that nobody has to make them to
 * see it. Where that is not plain, as with an expression that PostgreSQL may write in another way, a table is not among
 * them.
 */
export function unchangedTables(current: Catalog, design: Design, words: ColumnWords): ReadonlySet<string> {
  const have = tablesByKey(current)
  const enums = changedEnums(current, design).map(({ name }) => name)
  const filled = new Set(design.records.map(({ schema, table }) => keyOf({ schema, name: table })))
  const references = referencesByTable(design)
  const merging = { rewritten: new Map<string, string>(), sayable: sayableReferences(drawnTables(current)) }
  const unchanged = design.tables.filter((table) => {
    const key = keyOf(table)
    const known = have.get(key)
    if (known === undefined || known.inherits.length > 0 || filled.has(key)) return false
    const text = JSON.stringify(known)
    if (enums.some((name) => text.includes(name))) return false
    const predicted = predictedTable(known, table, references.get(key) ?? [], words)
    return predicted !== null && isSame(known, mergedTable(known, predicted, table, merging))
  })
  return new Set(unchanged.map(keyOf))
}

/** Those that the database has not, or with other labels. */
export function changedEnums(current: Catalog, design: Design): Design['enums'] {
  const have = new Map(current.enums.map((item) => [keyOf(item), item]))
  return design.enums.filter((item) => {
    const known = have.get(keyOf(item))
    return known === undefined || !sameList(known.labels, item.labels)
  })
}

function referencesByTable({ references }: Design): ReadonlyMap<string, DesignReference[]> {
  const groups = new Map<string, DesignReference[]>()
  for (const reference of references) {
    const key = keyOf({ schema: reference.from.schema, name: reference.from.table })
    groups.set(key, [...(groups.get(key) ?? []), reference])
  }
  return groups
}

/** The table that PostgreSQL would make of the design, as far as the comparison looks at it; null where nobody can tell. */
function predictedTable(
  known: Table,
  table: DesignTable,
  references: readonly DesignReference[],
  words: ColumnWords,
): Table | null {
  const primary = new Set(table.keys.flatMap(({ kind, columns }) => (kind === 'primary key' ? columns : [])))
  const columns = table.columns.flatMap((column) => predictedColumn(column, primary, words) ?? [])
  if (columns.length < table.columns.length) return null
  const keys = table.keys.map(({ kind, name, columns }, i): Constraint => {
    return { ...noReference, kind, name: name ?? `key ${i}`, columns }
  })
  const checks = table.checks.map(({ name, expression }, i): Constraint => {
    const definition = `CHECK ((${expression}))`
    return { ...noReference, kind: 'check', name: name ?? `check ${i}`, definition, columns: [] }
  })
  // What is only alike is for PostgreSQL to judge.
  const isTold = ({ definition }: Constraint) => known.constraints.some((item) => item.definition === definition)
  if (!checks.every(isTold)) return null
  return {
    ...known,
    comment: table.comment || null,
    columns,
    constraints: [...keys, ...checks, ...references.map(predictedReference)],
    indexes: table.indexes.map(predictedIndex),
  }
}

const noReference = { definition: '', references: null, comment: null }

function predictedColumn(column: DesignColumn, primary: ReadonlySet<string>, words: ColumnWords): Column | null {
  const word = words.get(columnWordKey(column))
  if (word === undefined) return null
  const { name, notNull, increment, comment } = column
  return {
    name,
    type: word.type,
    notNull: notNull || increment || primary.has(name),
    default: word.default,
    generated: null,
    identity: increment ? { kind: 'by default', sequence: '' } : null,
    serial: null,
    collation: null,
    statistics: null,
    storage: null,
    compression: null,
    comment: comment || null,
  }
}

function predictedReference({ name, from, to, onDelete, onUpdate }: DesignReference, i: number): Constraint {
  return {
    ...noReference,
    kind: 'foreign key',
    name: name ?? `reference ${i}`,
    columns: from.columns,
    references: { schema: to.schema, table: to.table, columns: to.columns, onDelete, onUpdate },
  }
}

function predictedIndex({ name, unique, method, keys, comment }: DesignIndex, i: number): Index {
  return {
    name: name ?? `index ${i}`,
    definition: '',
    unique,
    method: method ?? 'btree',
    keys: keys.map(({ text, isColumn }) => ({ text, isColumn, behind: '' })),
    more: false,
    valid: true,
    comment: comment || null,
  }
}

function isSame(known: Table, merged: Table): boolean {
  const text = ({ comment, columns, constraints, indexes }: Table) =>
    JSON.stringify([comment, columns, byName(constraints), byName(indexes)])
  return text(known) === text(merged)
}

function byName<T extends { readonly name: string }>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
