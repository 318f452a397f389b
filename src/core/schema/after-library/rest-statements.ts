import { keyOf } from '../../sql/qualified-name.ts'
import { type Access, type Catalog, type Detail, type Path, type Table, tablesByKey } from '../catalog.ts'
import { itemsOf } from '../catalog-items.ts'
import { familyStatements } from '../families.ts'
import type { Change } from '../generated-statement.ts'
import type { Other } from '../other.ts'
import { accessKey, accessStatements } from './access-statements.ts'
import { attachedIndexes } from './attached-indexes.ts'
import { detailStatements } from './detail-statements.ts'
import { enforcementStatements } from './enforcement-statements.ts'
import { extensionNeedStatements } from './extension-needs.ts'
import { notNullStatements } from './not-null-statements.ts'
import { otherStatements, stateOfDefinition } from './other-statements.ts'

/**
 * What is left to be said after the statements that make one schema of another: options, comments, states, owners and
 * rights, all of which something that is dropped and made again has lost.
 * @param have what those statements made, owners and rights too.
 */
export function restStatements(have: Catalog, want: Catalog): Change[] {
  return [
    ...familyStatements(have, want),
    ...notNullStatements(have, want),
    ...otherStatements(have, want),
    ...attachedIndexes(have, want),
    ...detailStatements(have, want),
    ...enforcementStatements(have, want),
    ...extensionNeedStatements(have, want),
    ...accessStatements(have, want),
  ]
}

/**
 * The catalog as it shall be, where owners and rights are not to change: what is there keeps its own.
 * @param before the database as it is.
 * @param made what it becomes; what is new there is as it was made.
 */
export function withKeptAccess(want: Catalog, before: Catalog, made: Catalog): Catalog {
  const known = new Map(before.access.map((item) => [accessKey(item), item]))
  const here = new Set(made.access.map(accessKey))
  const relations = new Set(
    before.access.flatMap(({ kind, schema, path }) => (kind === 'column' ? [] : [JSON.stringify([schema, path])])),
  )
  const kept = made.access.flatMap((item) => {
    const own = known.get(accessKey(item))
    if (own !== undefined) return [{ ...own, path: item.path }]
    // A column of a table that was there has the rights that it had, be they none.
    return item.kind === 'column' && relations.has(JSON.stringify([item.schema, [item.path[0]]])) ? [] : [item]
  })
  const isListedForRights = ({ kind, extension }: Access) => kind === 'column' || extension !== undefined
  const lost = before.access.filter((item) => isListedForRights(item) && !here.has(accessKey(item)))
  return { ...want, access: [...kept, ...lost] }
}

/**
 * What migrations made, as it shall be where nobody asked for another comment, option, owner or right: with those that
 * were there before, as far as what they belong to is still there.
 */
export function withKept(before: Catalog, made: Catalog): Catalog {
  const here = { ...made, details: [], access: [] }
  let items: ReturnType<typeof itemsOf> | null = null
  const isHere = (kind: string, schema: string | null, path: Path) => {
    items ??= itemsOf(here)
    return items.has(JSON.stringify([kind, schema, path]))
  }
  const isColumn = columnsIn(made)
  const tables = tablesByKey(before)
  const keyOfDetail = ({ kind, schema, path }: Detail) => JSON.stringify([kind, schema, path])
  const fresh = new Map(made.details.map((item) => [keyOfDetail(item), item]))
  const kept = before.details.filter((item) => {
    const index = item.properties['clustered on']
    if (fresh.has(keyOfDetail(item)) || (index !== undefined && !isHere('index', item.schema, [index]))) return false
    // The columns of views and partitions are in no list.
    return item.kind === 'column' || isHere(item.kind, item.schema, item.path)
  })
  const others = new Map(before.others.map((item) => [keyOfOther(item), item]))
  const enums = new Map(before.enums.map((item) => [keyOf(item), item]))
  return withKeptAccess(
    {
      ...made,
      details: [...made.details, ...kept.filter((item) => item.kind !== 'column' || isColumn(item))],
      enums: made.enums.map((item) => ({ ...item, comment: item.comment ?? enums.get(keyOf(item))?.comment ?? null })),
      others: made.others.map((item) => keptOther(others.get(keyOfOther(item)), item)),
      tables: made.tables.map((item) =>
        keptTable(tables.get(keyOf(item)), item, (index) => isHere('index', item.schema, [index])),
      ),
    },
    before,
    made,
  )
}

const keyOfOther = ({ kind, schema, name, table }: Other) => JSON.stringify([kind, schema, name, table])

/** Tells whether the column of a detail is there. */
function columnsIn(catalog: Catalog): (detail: Detail) => boolean {
  const tables = tablesByKey(catalog)
  const others = new Set(catalog.others.map(keyOf))
  return ({ table, path }) => {
    const found = table === null ? undefined : tables.get(table)
    if (found === undefined) return table !== null && others.has(table)
    return found.kind === 'partition' || found.columns.some(({ name }) => name === path[1])
  }
}

function keptOther(before: Other | undefined, item: Other): Other {
  if (before === undefined) return item
  const state = stateOfDefinition(before.definition)
  const target = before.properties?.['statistics target']
  return {
    ...item,
    comment: item.comment ?? before.comment,
    definition:
      state === null || stateOfDefinition(item.definition) !== null ? item.definition : `${item.definition} ${state}`,
    ...(target === undefined ? {} : { properties: { 'statistics target': target, ...item.properties } }),
  }
}

function keptTable(before: Table | undefined, item: Table, isHere: (index: string) => boolean): Table {
  const identity = before?.settings['replica identity']
  const index = /^index (.*)$/s.exec(identity ?? '')?.[1]
  if (identity === undefined || 'replica identity' in item.settings || (index !== undefined && !isHere(index)))
    return item
  return { ...item, settings: { ...item.settings, 'replica identity': identity } }
}
