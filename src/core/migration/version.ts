/** A migration's version as a number without leading zeros: `001` and `1` are the same version. */
import { certain } from '../certain.ts'

/** A version without its leading zeros. */
export function canonicalVersion(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '')
}

/** Orders two canonical versions as numbers of any length. */
export function compareVersions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length
  return a < b ? -1 : a > b ? 1 : 0
}

/** What a user types for a version (`3`, `003`, `003_create_orders`, `003_create_orders.sql`), or null. */
export function parseVersion(text: string): string | null {
  const match = /^(\d+)(?:_.*)?$/.exec(text.trim())
  return match === null ? null : canonicalVersion(certain(match[1]))
}
