import { keyOf } from '../sql/qualified-name.ts'
import { type Catalog, type Enum, type Table, tablesByKey } from './catalog.ts'
import { hasSchema, type Rename } from './renames.ts'
import type { TargetSchema } from './target-schema.ts'

/** What may be a rename: one thing that goes and one that comes, alike in type, or in most of what it consists of. */
export function renameCandidates(current: Catalog, wanted: TargetSchema): Rename[] {
  return [
    ...movedTables(current, wanted),
    ...renamedColumns(current, wanted),
    ...movedEnums(current, wanted),
    ...renamedLabels(current, wanted),
  ]
}

function movedTables(current: Catalog, wanted: TargetSchema): Rename[] {
  const isOurs = ({ kind }: Table) => kind === 'table' || kind === 'partitioned'
  const want = new Set(wanted.tables.map(keyOf))
  const have = tablesByKey(current)
  const going = current.tables.filter((table) => isOurs(table) && !want.has(keyOf(table)))
  const coming = wanted.tables.filter((table) => !have.has(keyOf(table)))
  return pairsOf(going, coming, areAlike).map(([from, to]) => movedTo('table', from, to, current))
}

function movedEnums(current: Catalog, wanted: TargetSchema): Rename[] {
  const [have, want] = [new Set(current.enums.map(keyOf)), new Set(wanted.enums.map(keyOf))]
  const going = current.enums.filter((item) => !want.has(keyOf(item)))
  const coming = wanted.enums.filter((item) => !have.has(keyOf(item)))
  return pairsOf(going, coming, haveMostLabels).map(([from, to]) => movedTo('enum', from, to, current))
}

interface Named {
  readonly schema: string
  readonly name: string
}

function movedTo(kind: 'table' | 'enum', { schema, name }: Named, to: Named, current: Catalog): Rename {
  return { kind, schema, name, toSchema: to.schema, to: to.name, makesSchema: !hasSchema(current, to.schema) }
}

/** Each that goes with one that comes: in the same schema under another name, or in another under the same. */
function pairsOf<T extends Named>(
  going: readonly T[],
  coming: readonly T[],
  alike: (a: T, b: T) => boolean,
): [from: T, to: T][] {
  const open = new Set(coming)
  return going.flatMap((from): [T, T][] => {
    const to = [...open].find((item) => (item.schema === from.schema || item.name === from.name) && alike(from, item))
    if (to === undefined) return []
    open.delete(to)
    return [[from, to]]
  })
}

function areAlike(a: Table, b: Table): boolean {
  const columns = new Set(b.columns.map(({ name, type }) => `${name} ${type}`))
  const same = a.columns.filter(({ name, type }) => columns.has(`${name} ${type}`)).length
  return same > 0 && same * 2 > Math.max(a.columns.length, b.columns.length)
}

function haveMostLabels(a: Enum, b: Enum): boolean {
  const same = a.labels.filter((label) => b.labels.includes(label)).length
  return same > 0 && same * 2 > Math.max(a.labels.length, b.labels.length)
}

function renamedColumns(current: Catalog, wanted: TargetSchema): Rename[] {
  const have = tablesByKey(current)
  return wanted.tables.flatMap((after) => {
    const table = have.get(keyOf(after))
    if (table === undefined || (table.kind !== 'table' && table.kind !== 'partitioned')) return []
    const added = after.columns.filter((column) => !table.columns.some((item) => item.name === column.name))
    const going = table.columns.filter((column) => !after.columns.some((item) => item.name === column.name))
    return going.flatMap((column): Rename[] => {
      const at = added.findIndex((item) => item.type === column.type)
      const [to] = at === -1 ? [] : added.splice(at, 1)
      if (to === undefined) return []
      return [{ kind: 'column', schema: table.schema, table: table.name, name: column.name, to: to.name }]
    })
  })
}

/** A value of an enum that another one stands in place of. */
function renamedLabels(current: Catalog, wanted: TargetSchema): Rename[] {
  const have = new Map(current.enums.map((item) => [keyOf(item), item]))
  return wanted.enums.flatMap((after) => {
    const before = have.get(keyOf(after))
    if (before === undefined || before.labels.length !== after.labels.length) return []
    return before.labels.flatMap((name, i): Rename[] => {
      const to = after.labels[i]
      if (to === undefined || before.labels.includes(to) || after.labels.includes(name)) return []
      return [{ kind: 'label', schema: before.schema, ofEnum: before.name, name, to }]
    })
  })
}
