import { keyOf, ofKey, shortName } from '../sql/qualified-name.ts'
import type { Catalog, Detail } from './catalog.ts'
import { type Item, itemsOf } from './catalog-items.ts'
import { notNullProperty } from './not-null.ts'
import type { Other } from './other.ts'

/** `+` only in the left catalog, `-` only in the right one, `~` in both, but not the same. */
export interface Difference {
  readonly sign: '+' | '-' | '~'
  readonly kind: string
  readonly name: string
  /** The table that it is a part of, as a person names it. */
  readonly table?: string
  /** Of a column that is there on one side only. */
  readonly type?: string
  /** What differs, of `~` only. */
  readonly traits: readonly { readonly trait: string; readonly left: string | null; readonly right: string | null }[]
}

/** What two catalogs differ in, sorted by kind and name; of a table that is missing whole, only the table is told. */
export function differencesOf(left: Catalog, right: Catalog): Difference[] {
  const major = ({ serverVersion }: Catalog) => Math.floor(serverVersion / 10_000)
  const read = (catalog: Catalog) => (major(left) === major(right) ? catalog : withoutExtensionVersions(catalog))
  const [one, another] = withoutSame(read(left), read(right))
  const [ours, theirs] = [itemsOf(one), itemsOf(another)]
  const [ourTables, theirTables] = [relationsOf(left), relationsOf(right)]
  const differences: Difference[] = []
  for (const [key, item] of ours) {
    const other = theirs.get(key)
    if (other !== undefined && item.implicit === other.implicit) differences.push(...changed(item, other))
    else if (!item.implicit && isExpected(item, theirTables)) differences.push(missing('+', item))
    else if (other === undefined && isExpected(item, theirTables)) differences.push(...changed(item, bare(item)))
  }
  for (const [key, item] of theirs) {
    const other = ours.get(key)
    if (other?.implicit === item.implicit || !isExpected(item, ourTables)) continue
    if (!item.implicit) differences.push(missing('-', item))
    else if (other === undefined) differences.push(...changed(bare(item), item))
  }
  return differences.sort(byKindAndName)
}

/** Most of two large schemas is the same to the letter, which is seen faster than item by item. */
function withoutSame(left: Catalog, right: Catalog): [Catalog, Catalog] {
  const [tables, others, details, access] = [
    unlike(left.tables, right.tables),
    unlike(left.others, right.others),
    unlike(left.details, right.details),
    unlike(left.access, right.access),
  ]
  return [
    { ...left, tables: tables[0], others: others[0], details: details[0], access: access[0] },
    { ...right, tables: tables[1], others: others[1], details: details[1], access: access[1] },
  ]
}

/** Of both lists what the other one has not to the letter. */
function unlike<T>(left: readonly T[], right: readonly T[]): [T[], T[]] {
  if (left === right) return [[], []]
  const texts = (items: readonly T[]) => items.map((item) => JSON.stringify(item))
  const [ours, theirs] = [texts(left), texts(right)]
  const [known, there] = [new Set(ours), new Set(theirs)]
  return [left.filter((_, i) => !there.has(ours[i] ?? '')), right.filter((_, i) => !known.has(theirs[i] ?? ''))]
}

/** Whether it is something of its own that is not there: not if its table is not, nor a column of what is a partition there. */
function isExpected({ table, kind, implicit }: Item, there: ReadonlyMap<string, boolean>): boolean {
  if (table === null) return true
  const isPartition = there.get(table)
  return isPartition !== undefined && (implicit || kind !== 'column' || !isPartition)
}

const bare = (item: Item): Item => ({ ...item, traits: {} })

/** Each major of PostgreSQL brings other versions of its extensions. */
function withoutExtensionVersions(catalog: Catalog): Catalog {
  const others = catalog.others.map((item) => (item.kind === 'extension' ? without(item, 'version') : item))
  return withoutNotNullNames({ ...catalog, others })
}

/** Only PostgreSQL 18 and later, of domains 17, have it as a constraint with a name, which one that is made again gets of its own. */
export function withoutNotNullNames(catalog: Catalog): Catalog {
  const details = catalog.details.map((item) => (item.kind === 'column' ? without(item, notNullProperty) : item))
  const others = catalog.others.map((item) => (item.kind === 'domain' ? without(item, notNullProperty) : item))
  return { ...catalog, details, others }
}

function without<T extends Other | Detail>(item: T, property: string): T {
  const { [property]: _, ...properties } = item.properties ?? {}
  return { ...item, properties }
}

/** Everything that can have parts, by key: tables, views, composite types; true for a partition. */
function relationsOf({ tables, others }: Catalog): Map<string, boolean> {
  const more = others.filter(({ kind }) => kind === 'view' || kind === 'materialized view' || kind === 'type')
  return new Map([
    ...more.map((item) => [keyOf(item), false] as const),
    ...tables.map((table) => [keyOf(table), table.kind === 'partition'] as const),
  ])
}

function missing(sign: '+' | '-', { kind, name, table, traits: { type } }: Item): Difference {
  const typed = kind === 'column' && type !== undefined ? { type } : {}
  return { sign, kind, name, ...partOf(table), ...typed, traits: [] }
}

function partOf(table: string | null): Pick<Difference, 'table'> {
  if (table === null) return {}
  const { schema, name } = ofKey(table)
  return { table: shortName(schema, name) }
}

function changed(left: Item, right: Item): Difference[] {
  const words = [...new Set([...Object.keys(left.traits), ...Object.keys(right.traits)])]
  const traits = words
    .filter((trait) => left.traits[trait] !== right.traits[trait] && !isUnseen(trait, left, right))
    .map((trait) => ({ trait, left: left.traits[trait] ?? null, right: right.traits[trait] ?? null }))
  return traits.length === 0 ? [] : [{ sign: '~', kind: left.kind, name: left.name, ...partOf(left.table), traits }]
}

/** What one of both sides may not see is no difference. */
function isUnseen(trait: string, left: Item, right: Item): boolean {
  return trait === 'visible options' && (left.traits[trait] === undefined || right.traits[trait] === undefined)
}

const order = [
  'schema',
  'extension',
  'enum',
  'domain',
  'type',
  'sequence',
  'table',
  'foreign table',
  'column',
  'constraint',
  'index',
]

function byKindAndName(a: Difference, b: Difference): number {
  const place = ({ kind }: Difference) => (order.includes(kind) ? order.indexOf(kind) : order.length)
  const text = ({ kind, name, sign }: Difference) => `${kind} ${name} ${sign}`
  return place(a) - place(b) || (text(a) < text(b) ? -1 : 1)
}

/** `+ Table: user_preferences (missing in staging)` */
export function differenceLine({ sign, kind, name, traits }: Difference, left: string, right: string): string {
  const why = {
    '+': `missing in ${right}`,
    '-': `missing in ${left}`,
    '~': `different ${traits.map((one) => traitText(one, left, right)).join(', ')}`,
  }
  return `${sign} ${kind.charAt(0).toUpperCase()}${kind.slice(1)}: ${name} (${why[sign]})`
}

/** A version is named: of anything else the definition tells. */
function traitText({ trait, ...values }: Difference['traits'][number], left: string, right: string): string {
  return trait === 'version' ? `version: ${values.left} in ${left}, ${values.right} in ${right}` : trait
}
