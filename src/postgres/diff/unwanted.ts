import { isSameButCasts } from '../../core/schema/canonical-definition.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import { type Difference, differencesOf } from '../../core/schema/differences.ts'
import { sequencesOfRetyped } from '../../core/schema/retyped-sequences.ts'
import type { Compared } from './compare-design.ts'

/** What differs from what was wanted; what went along with something that was dropped is told elsewhere. */
export function unwanted({ current, wanted, differences }: Compared, found: Catalog): Difference[] {
  const tables = differencesOf({ ...found, tables: wanted.tables, enums: wanted.enums }, found)
  const others = differencesOf({ ...found, others: current.catalog.others }, found)
  // A new identity column has a sequence, a new table may have a new schema.
  const made = (item: Difference) => item.sign === '-' && (item.kind === 'sequence' || item.kind === 'schema')
  const sequences = sequencesOfRetyped(current.catalog, wanted.tables)
  const follows = (item: Difference) => item.kind === 'sequence' && sequences.has(item.name)
  const unexpected = [...tables, ...others.filter((item) => item.sign !== '+' && !made(item) && !follows(item))]
  const retyped = differences.some(({ traits }) => traits.some(({ trait }) => trait === 'type'))
  return retyped ? unexpected.filter((item) => !onlyCasts(item)) : unexpected
}

/** What reads a column of another type is written with other casts. */
function onlyCasts({ sign, traits }: Difference): boolean {
  return sign === '~' && traits.every(({ left, right }) => isSameButCasts(left ?? '', right ?? ''))
}

/** Views, functions and the like that went with what they stood on. */
export function gone({ current }: Compared, after: Catalog): Difference[] {
  return differencesOf({ ...after, others: current.catalog.others }, after)
    .filter(({ sign, kind }) => sign === '+' && kind !== 'sequence')
    .map((item) => ({ ...item, sign: '-' as const }))
}
