import { canonicalDefinition } from './canonical-definition.ts'
import { type Access, type Catalog, type Column, type Index, type Other, shortName, type Table } from './catalog.ts'

/** One thing of a catalog that can be there or not, and by what it can differ. */
export interface Item {
  /** `table`, `column`, `index` … */
  readonly kind: string
  /** As a person names it: `users.last_login`, `idx_orders_date`. */
  readonly name: string
  /** The table without which it cannot be, by key. */
  readonly table: string | null
  /** What it says of itself, by the word for it; what is null is left out. */
  readonly traits: Readonly<Record<string, string>>
}

/** All of a catalog as items, each with a key of its own, in the order in which they are shown. */
export function itemsOf(catalog: Catalog): Map<string, Item> {
  const items = new Map<string, Item>()
  const add = (kind: string, schema: string | null, name: string, table: string | null, traits: Traits) => {
    const words = Object.entries(traits).flatMap(([trait, text]) =>
      text === null ? [] : [[trait, trait === 'definition' ? canonicalDefinition(text) : text]],
    )
    items.set(`${kind} ${schema ?? ''}.${name}`, {
      kind,
      name: shortName(schema, name),
      table,
      traits: Object.fromEntries(words),
    })
  }
  for (const item of catalog.others) {
    if (item.kind === 'schema' || item.kind === 'extension') addOther(add, item)
  }
  for (const { schema, name, labels, comment, access } of catalog.enums) {
    add('enum', schema, name, null, { values: labels.join(', '), comment, ...accessTraits(access) })
  }
  for (const table of catalog.tables) addTable(add, table)
  for (const item of catalog.others) {
    if (item.kind !== 'schema' && item.kind !== 'extension') addOther(add, item)
  }
  return items
}

type Traits = Record<string, string | null>
type Add = (kind: string, schema: string | null, name: string, table: string | null, traits: Traits) => void

function addTable(add: Add, table: Table): void {
  const { schema, name } = table
  const key = `${schema}.${name}`
  const kind = table.kind === 'foreign' ? 'foreign table' : 'table'
  // A partition without its parent is a table; the parent's other partitions are tables of their own.
  add(kind, schema, name, null, {
    persistence: table.unlogged ? 'unlogged' : null,
    partitioning: table.partitionKey,
    partition: table.partitionBound,
    inheritance: table.inherits.join(', ') || null,
    ...table.settings,
    comment: table.comment,
    ...accessTraits(table.access),
  })
  for (const column of table.columns) add('column', schema, `${name}.${column.name}`, key, columnTraits(column))
  for (const constraint of table.constraints) {
    const { definition, comment } = constraint
    add('constraint', schema, `${name}.${constraint.name}`, key, { definition, comment })
  }
  for (const index of table.indexes) add('index', schema, index.name, key, indexTraits(index))
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
    grants: column.grants?.join(', ') || null,
  }
}

function indexTraits({ definition, valid, comment }: Index): Traits {
  return { definition, validity: valid ? null : 'INVALID', comment }
}

function addOther(add: Add, { kind, schema, name, table, definition, comment, access }: Other): void {
  // What a table owns is told by the table's name, but for what has a name of its own in the schema.
  const named = kind === 'trigger' || kind === 'policy' || kind === 'rule'
  const owner = named && table !== null ? `${table.slice((schema ?? '').length + 1)}.` : ''
  add(kind, schema, `${owner}${name}`, table, { definition: definition || null, comment, ...accessTraits(access) })
}

function accessTraits(access: Access | undefined): Traits {
  return access === undefined ? {} : { owner: access.owner, grants: access.grants.join(', ') || null }
}
