import type { Change } from '../schema/generated-statement.ts'
import { requireNoValue, requireValue } from './not-null.ts'
import type { Shape } from './shape.ts'
import type { Recipe } from './stages.ts'

const filled = / (?:DEFAULT|GENERATED) /

/**
 * A column that must have a value and gets none by itself: it may be empty until the new release is out, which fills it.
 * @param back what drops it again.
 */
export function requiredColumn(change: Change, { table, subject, rest }: Shape, back: Change): Recipe | null {
  if (!/ NOT NULL\b/.test(rest) || filled.test(` ${rest} `)) return null
  return {
    pieces: requireValue(table, subject, ['require', 'validate_required']),
    up: [withoutNotNull(change)],
    down: [back],
  }
}

/** A column that goes, where the new release does not fill it any more while the old one is there. */
export function forsakenColumn(change: Change, { table, subject }: Shape, back: Change): Recipe {
  return { pieces: [requireNoValue(table, subject)], up: [change], down: [withoutNotNull(back)] }
}

const withoutNotNull = (change: Change): Change => ({
  ...change,
  sql: change.sql.replace(/ NOT NULL\b(?!.* NOT NULL\b)/s, ''),
})
