import { keyOf } from '../sql/qualified-name.ts'
import { type Catalog, type Path, type Table, tablesByKey } from './catalog.ts'
import type { Other } from './other.ts'

/** What is, or may be, a part of a table. */
interface Placed {
  readonly schema: string | null
  readonly path?: Path
  /** The key of its table, where that is known. */
  readonly table: string | null
}

/** A catalog without some of its tables and views, and without all that is a part of one of them. @param gone their keys. */
export function withoutRelations(catalog: Catalog, gone: ReadonlySet<string>): Catalog {
  const relations = new Set(gone)
  for (const [key, table] of tablesByKey(catalog))
    if (gone.has(key)) for (const own of partsOf(table)) relations.add(own)
  const stays = (item: Placed) => {
    const first = firstOf(item)
    return !(item.table !== null && gone.has(item.table)) && (first === null || !relations.has(first))
  }
  return {
    ...catalog,
    tables: catalog.tables.filter((table) => !gone.has(keyOf(table))),
    others: catalog.others.filter((item) => stays({ ...item, path: isRelation(item) ? [item.name] : '' })),
    details: catalog.details.filter(stays),
    access: catalog.access.filter(stays),
  }
}

const isRelation = ({ kind }: Other) => kind === 'view' || kind === 'materialized view' || kind === 'sequence'

/** The keys of a table's indexes, and of the sequences that go with its columns. */
function partsOf({ schema, columns, indexes, constraints }: Table): string[] {
  const sequences = columns.flatMap(({ identity, serial }) => [identity?.sequence, serial])
  const named = [...indexes, ...constraints].map(({ name }) => keyOf({ schema, name }))
  return [...named, ...sequences.filter((key) => typeof key === 'string')]
}

/** The key of what a path begins with, which is the table where it leads to a part of one. */
function firstOf({ schema, path }: Placed): string | null {
  const [first] = typeof path === 'string' || path === undefined ? [] : path
  return schema === null || first === undefined ? null : keyOf({ schema, name: first })
}

/** The keys of the tables in which two catalogs differ, or in something that is a part of one of them. */
export function tablesThatDiffer(left: Catalog, right: Catalog): ReadonlySet<string> {
  const [ours, theirs] = [partTexts(left), partTexts(right)]
  const differ = [...ours, ...theirs].filter(([text]) => !(ours.has(text) && theirs.has(text)))
  return new Set(differ.map(([, table]) => table))
}

/** What belongs to tables as texts, with the keys of these. */
function partTexts({ tables, others, details, access }: Catalog): Map<string, string> {
  const parts = [...others, ...details, ...access].flatMap((item): [string, string][] => {
    const table = item.table ?? firstOf(item)
    return table === null ? [] : [[JSON.stringify(item), table]]
  })
  return new Map([...parts, ...tables.map((table) => [JSON.stringify(table), keyOf(table)] as const)])
}
