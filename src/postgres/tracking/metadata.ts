import { NselfError } from '../../core/errors.ts'

/**
 * The format of the tracking tables, which `nself.metadata` remembers. Changes only add: an older program works on a
 * database of the first format that was upgraded, and from the second one on it stops at one that it does not know.
 */
export const format = 4

export const formatKey = 'format'

/** Whether the tables are as this program writes them. */
export function isCurrent({ tracked, format: found }: { readonly tracked: boolean; readonly format: number }): boolean {
  return tracked && found === format
}

/**
 * The format that metadata tell: 1 where they tell none that is a number.
 * @throws NselfError `configuration` for one that a newer program wrote.
 */
export function formatOf(value: string | undefined): number {
  // What is no number was never a program's: it is damage, which the next run puts right, as it upgrades the first format.
  const found = value !== undefined && /^[1-9]\d*$/.test(value) ? Number(value) : 1
  if (found <= format) return found
  throw new NselfError(
    'configuration',
    `a newer nself wrote the history of this database: its format is ${value}, and this program knows up to ${format}`,
    { hint: 'update nself to the version that wrote it, for example: npm install nself@latest; nothing was changed' },
  )
}

/** While it is there, a fresh run has begun to drop everything and has not ended that. */
export const droppingKey = 'dropping'

/** What another tool that was here before keeps for itself: its tables are no drift. */
export const adoptedKey = 'adopted'
