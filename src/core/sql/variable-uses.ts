import { colonPlaces } from './colon-places.ts'
import type { Stretch } from './statement-list.ts'

/** A place in SQL that is filled in before it runs: `:'name'` as a text, `:"name"` as a name. */
export interface VariableUse extends Stretch {
  readonly name: string
  readonly as: 'literal' | 'identifier'
}

const use = /:(?:'([\w\u0080-\uffff]+)'|"([\w\u0080-\uffff]+)")/

/**
 * The uses in a statement, in their order, where psql would see them: outside strings, quoted names, function bodies and
 * comments. `::"char"` is a cast, and `[1:2]` has no quotes.
 * @param start where the statement stands, so that places count from there.
 */
export function variableUses(sql: string, start: number): VariableUse[] {
  return colonPlaces(sql, use).map(({ index, 0: whole, 1: literal, 2: identifier = '' }) => ({
    start: start + index,
    end: start + index + whole.length,
    name: literal ?? identifier,
    as: literal === undefined ? 'identifier' : 'literal',
  }))
}
