import type { Catalog, Constraint, Index, Table } from '../schema/catalog.ts'
import { dotted, keyOf, ofKey, splitDotted } from '../sql/qualified-name.ts'
import type { Partition } from './partitions.ts'

/** What the index of a partitioned table is called there and in each of its partitions, by the key of the table. */
export type PartNames = ReadonlyMap<string, string>

/** As the catalog has them; null where it does not know them. */
export function knownPartNames(
  index: string,
  root: string,
  partitions: readonly Partition[],
  { details }: Pick<Catalog, 'details'>,
): PartNames | null {
  const names = new Map([[root, index]])
  for (const { table, parent } of partitions) {
    const { schema } = ofKey(parent)
    const above = dotted(schema, names.get(parent) ?? '')
    const detail = details.find(
      ({ kind, table: of, properties }) =>
        kind === 'index' && of === table && dotted(...(splitDotted(properties['part of'] ?? '') ?? [])) === above,
    )
    const name = typeof detail?.path === 'string' ? undefined : detail?.path.at(-1)
    if (name === undefined) return null
    names.set(table, name)
  }
  return names
}

interface Made {
  readonly name: string
  readonly columns: readonly string[]
  readonly label: string
}

/**
 * As PostgreSQL calls them that makes them by itself: `events_2026_kind_idx`.
 * @param before what is there, so that names of it are taken.
 */
export function chosenPartNames(
  index: string,
  wanted: Table,
  partitions: readonly Partition[],
  before: Catalog,
): PartNames | null {
  const known = before.tables.find((table) => keyOf(table) === keyOf(wanted))
  const old = new Set([...(known?.constraints ?? []), ...(known?.indexes ?? [])].map(({ name }) => name))
  const fresh = [...wanted.constraints.flatMap(madeByKey), ...wanted.indexes.map(madeByIndex)]
  const taken = takenNames(before)
  for (const one of fresh.filter(({ name }) => name === index || !old.has(name))) {
    const names = partitions.map(({ table }) => [table, chosenName(table, one, taken)] as const)
    if (one.name === index) return new Map([[keyOf(wanted), index], ...names])
  }
  return null
}

function madeByKey({ name, kind, columns, definition }: Constraint): Made[] {
  if (kind === 'primary key') return [{ name, columns: [], label: 'pkey' }]
  return kind === 'unique' ? [{ name, columns: [...columns, ...includedIn(definition)], label: 'key' }] : []
}

function madeByIndex({ name, keys, definition }: Index): Made {
  const own = keys.map(({ text, isColumn }) => (isColumn ? text : (/^(\w+)\(/.exec(text)?.[1] ?? 'expr')))
  return { name, columns: numbered([...own, ...includedIn(definition)]), label: 'idx' }
}

function includedIn(definition: string): string[] {
  const list = / INCLUDE \((.*?)\)/.exec(definition)?.[1]
  return list === undefined ? [] : list.split(', ').map((name) => splitDotted(name)?.[0] ?? name)
}

/** No two of them the same: `lower`, `lower1`. */
function numbered(names: readonly string[]): string[] {
  const found: string[] = []
  for (const name of names) {
    let [own, count] = [name, 0]
    while (found.includes(own)) own = `${name}${++count}`
    found.push(own)
  }
  return found
}

function takenNames({ tables, others, details }: Catalog): Set<string> {
  const relations = others.filter(({ kind }) => /view|sequence|index/.test(kind)).map(keyOf)
  const ofTables = tables.flatMap((table) =>
    [table, ...table.indexes, ...table.constraints].map(({ name }) => keyOf({ schema: table.schema, name })),
  )
  const ofPartitions = details.flatMap(({ kind, schema, path }) =>
    kind === 'index' && typeof path !== 'string' ? [keyOf({ schema, name: path.at(-1) ?? '' })] : [],
  )
  return new Set([...relations, ...ofTables, ...ofPartitions])
}

function chosenName(table: string, { columns, label }: Made, taken: Set<string>): string {
  const { schema, name } = ofKey(table)
  for (let pass = 0; ; pass++) {
    const own = joined(name, columns.join('_'), pass === 0 ? label : `${label}${pass}`)
    const key = keyOf({ schema, name: own })
    if (taken.has(key)) continue
    taken.add(key)
    return own
  }
}

const longest = 63
const lengthOf = (text: string) => new TextEncoder().encode(text).length

/** The longer of both loses letters until all fits. */
function joined(first: string, second: string, label: string): string {
  const parts = [first, second]
  const whole = () => [...parts.filter((part) => part !== ''), label].join('_')
  while (lengthOf(whole()) > longest) {
    const at = lengthOf(parts[0] ?? '') > lengthOf(parts[1] ?? '') ? 0 : 1
    parts[at] = [...(parts[at] ?? '')].slice(0, -1).join('')
  }
  return whole()
}
