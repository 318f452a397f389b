import { dotted, keyOf, ofKey, shortName } from '../sql/qualified-name.ts'
import { canonicalDefinition } from './canonical-definition.ts'
import type { Access, Catalog, Column, Index, Path, Table } from './catalog.ts'
import { propertiesToCompare } from './not-null.ts'
import type { Other, OtherKind } from './other.ts'

/** One thing of a catalog that can be there or not, and by what it can differ. */
export interface Item {
  /** `table`, `column`, `index` … */
  readonly kind: string
  /** As a person names it: `users.last_login`, `idx_orders_date`. */
  readonly name: string
  /** The table without which it cannot be, by key. */
  readonly table: string | null
  /** It is there wherever its table is; only what it says of itself can differ. */
  readonly implicit: boolean
  /** What it says of itself, by the word for it; what is null is left out. */
  readonly traits: Readonly<Record<string, string>>
}

/** All of a catalog as items, each with a key of its own, in the order in which they are shown. */
export function itemsOf(catalog: Catalog): Map<string, Item> {
  const items = new Map<string, Item>()
  const put = (named: NamedObject, traits: Traits, implicit: boolean) => {
    const { schema, table, label } = named
    const words = Object.entries(traits).flatMap(([trait, text]) =>
      text === null ? [] : [[trait, readText(trait, text)]],
    )
    const key = JSON.stringify([named.kind, schema, named.path])
    const [kind, path] = asRead(named)
    const name = label ?? (typeof path === 'string' ? outsidePublic(schema, path) : shortName(schema, ...path))
    const known = items.get(key)
    const all = { ...known?.traits, ...Object.fromEntries(words) }
    items.set(key, known === undefined ? { kind, name, table, implicit, traits: all } : { ...known, traits: all })
  }
  const add: Add = (named, traits) => put(named, traits, false)
  for (const item of catalog.others) {
    if (item.kind === 'schema' || item.kind === 'extension') addOther(add, item)
  }
  for (const { schema, name, labels, comment } of catalog.enums) {
    add({ kind: 'enum', schema, path: [name], table: null }, { values: labels.join(', '), comment })
  }
  for (const table of catalog.tables) addTable(add, table)
  for (const item of catalog.others) {
    if (item.kind !== 'schema' && item.kind !== 'extension') addOther(add, item)
  }
  for (const detail of catalog.details) put(detail, propertiesToCompare(detail), true)
  for (const item of catalog.access) {
    if (item.kind === 'default privileges') put(defaultsOf(item), { grants: grantsText(item) || null }, false)
    else put(item, { owner: item.owner, grants: grantsText(item) || null }, true)
  }
  return items
}

/** Which kind of text search it is stands before its name: `text search configuration` is what a person calls it. */
function asRead({ kind, path }: NamedObject): [kind: string, path: Path] {
  if (kind !== 'text search' || typeof path !== 'string') return [kind, path]
  const place = path.indexOf(' ')
  return [`${kind} ${path.slice(0, place)}`, path.slice(place + 1)]
}

/** Line ends are those of the checkout from which a text was sent. */
function readText(trait: string, text: string): string {
  const read = text.replaceAll('\r\n', '\n')
  return trait === 'definition' ? canonicalDefinition(read) : read
}

function grantsText({ grants, withheld, extension }: Access): string {
  if (extension !== undefined) return otherwiseThanGiven(grants, extension.grants)
  const own = withheld === null ? [] : [`not ${withheld} to the owner`]
  return [...grants.map(({ what, to }) => `${what} TO ${to ?? 'PUBLIC'}`).toSorted(), ...own].join(', ')
}

/** What was added to the rights that an extension gives, and what was taken of them. */
function otherwiseThanGiven(grants: Access['grants'], given: Access['grants']): string {
  const text = ({ what, to }: Access['grants'][number]) => `${what} TO ${to ?? 'PUBLIC'}`
  const [now, usual] = [grants.map(text), given.map(text)]
  const added = now.filter((one) => !usual.includes(one))
  return [...added.toSorted(), ...usual.filter((one) => !now.includes(one)).map((one) => `not ${one}`)].join(', ')
}

/** Those of one role for one kind of objects. */
function defaultsOf({ kind, schema, path, table, owner }: Access): NamedObject {
  const objects = typeof path === 'string' ? path : path.join()
  const where = schema === null ? '' : ` in schema ${schema}`
  return { kind, schema, path: [owner ?? '', objects], table, label: `of ${owner} on ${objects}${where}` }
}

type Traits = Readonly<Record<string, string | null>>

interface NamedObject {
  readonly kind: string
  readonly schema: string | null
  readonly path: Path
  readonly table: string | null
  /** What it is called, where that is not its path. */
  readonly label?: string
}

type Add = (named: NamedObject, traits: Traits) => void

function outsidePublic(schema: string | null, text: string): string {
  return schema === null || schema === 'public' ? text : `${dotted(schema)}.${text}`
}

function addTable(add: Add, table: Table): void {
  const { schema, name } = table
  const key = keyOf(table)
  const part = (kind: string, ...path: string[]) => ({ kind, schema, path, table: key })
  const kind = table.kind === 'foreign' ? 'foreign table' : 'table'
  // A partition without its parent is a table; the parent's other partitions are tables of their own.
  add(
    { kind, schema, path: [name], table: null },
    {
      persistence: table.unlogged ? 'unlogged' : null,
      partitioning: table.partitionKey,
      partition: table.partitionBound,
      inheritance: table.inherits.map(keyOf).join(', ') || null,
      ...table.settings,
      comment: table.comment,
    },
  )
  for (const column of table.columns) add(part('column', name, column.name), columnTraits(column))
  for (const constraint of table.constraints) {
    const { definition, comment } = constraint
    add(part('constraint', name, constraint.name), { definition, comment })
  }
  for (const index of table.indexes) add(part('index', index.name), indexTraits(index))
}

function columnTraits(column: Column): Traits {
  return {
    type: column.type,
    nullability: column.notNull ? 'not null' : 'null',
    default: column.default,
    'generated expression': column.generated && `${column.generated.expression} (${column.generated.kind})`,
    identity: column.identity?.kind ?? null,
    collation: column.collation,
    'statistics target': column.statistics === null ? null : String(column.statistics),
    storage: column.storage,
    compression: column.compression,
    comment: column.comment,
  }
}

function indexTraits({ definition, valid, comment }: Index): Traits {
  return { definition, validity: valid ? null : 'INVALID', comment }
}

/** Kinds whose names say more than a name: arguments, types, a view and its column. */
const written: ReadonlySet<string> = new Set<OtherKind>([
  'function',
  'aggregate',
  'operator',
  'cast',
  'text search',
  'comment',
  'operator class',
  'operator family',
  'transform',
  'user mapping',
  'security label',
])

function addOther(add: Add, { kind, schema, name, table, definition, properties, comment }: Other): void {
  // What a table owns is told by the table's name, but for what has a name of its own in the schema.
  const named = kind === 'trigger' || kind === 'policy' || kind === 'rule'
  const owner = named && table !== null ? [ofKey(table).name] : []
  const path = written.has(kind) ? name : [...owner, name]
  add({ kind, schema, path, table }, { definition: definition || null, ...properties, comment })
}
