import { quoteIdentifier } from '../sql/quoting.ts'

/** What a partition takes. Texts are SQL of the statement that says it. */
export type PartitionBound =
  | { readonly kind: 'range'; readonly lower: readonly string[]; readonly upper: readonly string[] }
  | { readonly kind: 'list'; readonly values: readonly string[] }
  | { readonly kind: 'hash'; readonly modulus: number; readonly remainder: number }
  /** Whatever no other partition takes. */
  | { readonly kind: 'default' }

/** A column that decides which partition a row is in; its type is null where nobody knows it. */
export interface KeyColumn {
  readonly name: string
  readonly type: string | null
}

const isWord = (text: string | undefined, word: string) => text?.toLowerCase() === word

/**
 * A condition for rows that a partition takes; null where the bounds alone do not tell.
 * @param parent the oid of the table that it is a partition of; null for one that is not there yet.
 */
export function takenBy(bound: PartitionBound, key: readonly KeyColumn[], parent: string | null): string | null {
  if (bound.kind === 'default') return null
  if (bound.kind === 'range') return inRange(bound.lower, bound.upper, key)
  if (bound.kind === 'hash') {
    const columns = key.map(({ name }) => quoteIdentifier(name)).join(', ')
    return parent === null
      ? null
      : `satisfies_hash_partition(${parent}::oid, ${bound.modulus}, ${bound.remainder}, ${columns})`
  }
  const [column] = key
  if (column === undefined) return null
  const own = quoteIdentifier(column.name)
  const values = bound.values.filter((value) => !isWord(value, 'null'))
  const isOne = values.length === 0 ? 'false' : `${own} IN (${values.map((value) => typed(value, column)).join(', ')})`
  return values.length === bound.values.length ? isOne : `(${own} IS NULL OR ${isOne})`
}

const typed = (value: string, { type }: KeyColumn) => (type === null ? `(${value}\n)` : `(${value}\n)::${type}`)

/** From a list of values, which is in it, to one that is not: the first column that differs decides. */
function inRange(lower: readonly string[], upper: readonly string[], key: readonly KeyColumn[]): string {
  const present = key.map(({ name }) => `${quoteIdentifier(name)} IS NOT NULL`)
  return `(${[...present, beyond(lower, key, 'lower'), beyond(upper, key, 'upper')].join(' AND ')})`
}

function beyond(bounds: readonly string[], key: readonly KeyColumn[], side: 'lower' | 'upper'): string {
  const [column, ...others] = key
  const [bound = ''] = bounds
  if (column === undefined) return String(side === 'lower')
  if (isWord(bound, 'minvalue')) return String(side === 'lower')
  if (isWord(bound, 'maxvalue')) return String(side === 'upper')
  const own = quoteIdentifier(column.name)
  const value = typed(bound, column)
  const further = `${own} ${side === 'lower' ? '>' : '<'} ${value}`
  return `(${further} OR ${own} = ${value} AND ${beyond(bounds.slice(1), others, side)})`
}
