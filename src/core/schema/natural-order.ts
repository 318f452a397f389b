import { canonicalVersion, compareVersions } from '../migration/version.ts'
import type { Catalog } from './catalog.ts'

/** Orders names as a person does: t2 before t10. */
export function compareNaturally(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)]
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = comparePart(left[i] ?? '', right[i] ?? '')
    if (order !== 0) return order
  }
  return left.length - right.length || compareText(a, b)
}

/** Text and digits in turns, beginning with text, which may be empty. */
const partsOf = (name: string) => name.split(/(\d+)/)

function comparePart(a: string, b: string): number {
  const areNumbers = /^\d/.test(a) && /^\d/.test(b)
  return areNumbers ? compareVersions(canonicalVersion(a), canonicalVersion(b)) : compareText(a, b)
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** The same catalog with its tables and enums in the order in which a person looks for them. */
export function inNaturalOrder(catalog: Catalog): Catalog {
  return { ...catalog, tables: catalog.tables.toSorted(byName), enums: catalog.enums.toSorted(byName) }
}

interface Named {
  readonly schema: string
  readonly name: string
}

const byName = (a: Named, b: Named) => compareNaturally(a.schema, b.schema) || compareNaturally(a.name, b.name)
