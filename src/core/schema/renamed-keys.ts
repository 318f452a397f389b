import { keyOf } from '../sql/qualified-name.ts'
import { quoteIdentifier, quoteQualified } from '../sql/quoting.ts'
import { type Catalog, type Constraint, type Index, isPlain, type Table, tablesByKey } from './catalog.ts'
import { isPlainUnique } from './relations.ts'

/** An index or a constraint that gets another name and stays what it is. */
export interface KeyRename {
  readonly kind: 'index' | 'constraint'
  readonly schema: string
  readonly table: string
  readonly name: string
  readonly to: string
}

/**
 * The indexes and constraints that only have another name in the wanted tables. A unique index and a unique constraint
 * on the same columns do the same, so either will do for the other.
 */
export function renamedKeys(current: Catalog, wanted: Pick<Catalog, 'tables'>): KeyRename[] {
  const have = tablesByKey(current)
  const found = wanted.tables.flatMap((then) => {
    const now = have.get(keyOf(then))
    return now === undefined || now === then ? [] : keysRenamedIn(now, then)
  })
  return withFreeNames(found, current)
}

/** The statement that does it. */
export function keyRenameSql({ kind, schema, table }: KeyRename, from: string, to: string): string {
  return kind === 'index'
    ? `ALTER INDEX ${quoteQualified(schema, from)} RENAME TO ${quoteIdentifier(to)}`
    : `ALTER TABLE ${quoteQualified(schema, table)} RENAME CONSTRAINT ${quoteIdentifier(from)} TO ${quoteIdentifier(to)}`
}

/** What goes and what comes, where both say the same. */
export function renamedPairs<T extends { readonly name: string }>(
  now: readonly T[],
  then: readonly T[],
  textOf: (item: T) => string,
): [from: T, to: T][] {
  const named = (list: readonly T[]) => new Set(list.map((item) => JSON.stringify([item.name, textOf(item)])))
  const [there, wanted] = [named(now), named(then)]
  const going = now.filter((item) => !wanted.has(JSON.stringify([item.name, textOf(item)])))
  return then.flatMap((item): [T, T][] => {
    if (there.has(JSON.stringify([item.name, textOf(item)]))) return []
    const at = going.findIndex((one) => textOf(one) === textOf(item))
    const [old] = at === -1 ? [] : going.splice(at, 1)
    return old === undefined ? [] : [[old, item]]
  })
}

/** All but its name: by this a constraint is known that was renamed. */
export const constraintText = ({ kind, definition }: Constraint): string => `${kind} ${definition}`

/** All but its name. */
export function indexText({ valid, definition }: Index): string {
  return `${valid} ${definition.replace(/^(CREATE (?:UNIQUE )?INDEX )(?:"(?:[^"]|"")*"|\S+)( ON )/, '$1$2')}`
}

interface Key {
  readonly kind: KeyRename['kind']
  readonly name: string
  readonly text: string
}

function keysRenamedIn(now: Table, then: Table): KeyRename[] {
  return renamedPairs(keysOf(now), keysOf(then), ({ text }) => text).map(([{ kind, name }, { name: to }]) => {
    return { kind, schema: now.schema, table: now.name, name, to }
  })
}

function keysOf({ constraints, indexes }: Table): Key[] {
  return [
    ...constraints.map((item): Key => {
      const isUnique = item.kind === 'unique' && isPlainUnique(item.definition)
      const text = isUnique ? uniqueText(item.columns) : constraintText(item)
      return { kind: 'constraint', name: item.name, text }
    }),
    ...indexes.map((item): Key => {
      const isUnique = item.unique && item.valid && item.method === 'btree' && isPlain(item)
      const columns = item.keys.every(({ isColumn }) => isColumn) ? item.keys.map(({ text }) => text) : []
      const text = isUnique && columns.length > 0 ? uniqueText(columns) : indexText(item)
      return { kind: 'index', name: item.name, text }
    }),
  ]
}

const uniqueText = (columns: readonly string[]) => `unique ${JSON.stringify(columns)}`

/** Without those to a name that something else has, and keeps. */
function withFreeNames(renames: readonly KeyRename[], { tables, others }: Catalog): KeyRename[] {
  const path = (schema: string | null, ...names: string[]) => JSON.stringify([schema, ...names])
  const relations = others.filter(({ kind }) => /view$|^sequence$|^index$|^type$/.test(kind))
  const taken = new Set([
    ...relations.map(({ schema, name }) => path(schema, name)),
    ...tables.flatMap(({ schema, name, constraints, indexes }) => [
      path(schema, name),
      ...indexes.map((item) => path(schema, item.name)),
      ...constraints.map((item) => (hasIndex(item) ? path(schema, item.name) : path(schema, name, item.name))),
    ]),
  ])
  const leaving = new Set(renames.map(({ schema, table, name }) => path(schema, table, name)))
  return renames.filter(({ schema, table, to }) => {
    const isTaken = taken.has(path(schema, to)) || taken.has(path(schema, table, to))
    return !isTaken || leaving.has(path(schema, table, to))
  })
}

const hasIndex = ({ kind }: Constraint) => kind === 'primary key' || kind === 'unique' || kind === 'exclusion'
