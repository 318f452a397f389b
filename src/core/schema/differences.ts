import { keyOf } from '../sql/qualified-name.ts'
import type { Catalog } from './catalog.ts'
import { type Item, itemsOf } from './catalog-items.ts'

/** `+` only in the left catalog, `-` only in the right one, `~` in both, but not the same. */
export interface Difference {
  readonly sign: '+' | '-' | '~'
  readonly kind: string
  readonly name: string
  /** What differs, of `~` only. */
  readonly traits: readonly { readonly trait: string; readonly left: string | null; readonly right: string | null }[]
}

/** What two catalogs differ in, sorted by kind and name; of a table that is missing whole, only the table is told. */
export function differencesOf(left: Catalog, right: Catalog): Difference[] {
  const major = ({ serverVersion }: Catalog) => Math.floor(serverVersion / 10_000)
  const read = (catalog: Catalog) => itemsOf(major(left) === major(right) ? catalog : withoutExtensionVersions(catalog))
  const [ours, theirs] = [read(left), read(right)]
  const [ourTables, theirTables] = [relationsOf(left), relationsOf(right)]
  const differences: Difference[] = []
  for (const [key, item] of ours) {
    const other = theirs.get(key)
    if (other === undefined) {
      if (item.table === null || theirTables.has(item.table)) differences.push(missing('+', item))
    } else differences.push(...changed(item, other))
  }
  for (const [key, item] of theirs) {
    if (!ours.has(key) && (item.table === null || ourTables.has(item.table))) differences.push(missing('-', item))
  }
  return differences.sort(byKindAndName)
}

/** Each major of PostgreSQL brings other versions of its extensions. */
function withoutExtensionVersions(catalog: Catalog): Catalog {
  const others = catalog.others.map((item) =>
    item.kind === 'extension' ? { ...item, definition: item.definition.replace(/ VERSION '.*'$/, '') } : item,
  )
  return { ...catalog, others }
}

/** Everything that can have parts: tables and views, by key. */
function relationsOf({ tables, others }: Catalog): Set<string> {
  const views = others.filter(({ kind }) => kind === 'view' || kind === 'materialized view')
  return new Set([...tables.map(keyOf), ...views.map(keyOf)])
}

function missing(sign: '+' | '-', { kind, name }: Item): Difference {
  return { sign, kind, name, traits: [] }
}

function changed(left: Item, right: Item): Difference[] {
  const words = [...new Set([...Object.keys(left.traits), ...Object.keys(right.traits)])]
  const traits = words
    .filter((trait) => left.traits[trait] !== right.traits[trait])
    .map((trait) => ({ trait, left: left.traits[trait] ?? null, right: right.traits[trait] ?? null }))
  return traits.length === 0 ? [] : [{ sign: '~', kind: left.kind, name: left.name, traits }]
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
    '~': `different ${traits.map((t) => t.trait).join(', ')}`,
  }
  return `${sign} ${kind.charAt(0).toUpperCase()}${kind.slice(1)}: ${name} (${why[sign]})`
}
