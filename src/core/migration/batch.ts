import { grouped } from '../quantities.ts'
import type { RowsDone } from '../rows-done.ts'
import { SqlError } from '../sql/lexer.ts'
import { meantName } from '../sql/quoting.ts'
import type { RelationName } from '../sql/tree.ts'

/** How a statement runs again and again, each time on a part of a table and in a transaction of its own. */
export type Batch = KeyBatch | RestBatch

/** From the first key of a table to its last, so many rows at a time. */
export interface KeyBatch {
  readonly kind: 'by-key'
  readonly table: RelationName
  readonly key: readonly string[]
  /** The most rows of one batch. */
  readonly size: number
  readonly pauseMs: number
}

/** Until the statement, which limits itself, changes no row any more. */
export interface RestBatch {
  readonly kind: 'until-none'
  readonly table: RelationName
  readonly pauseMs: number
}

/** How far the batches of a section have come, as the row of its migration says. */
export interface BatchesDone extends RowsDone {
  /** The last key that is done, each of its columns as a text; null where there is none. */
  readonly to: readonly string[] | null
  /** By which it is known again: what ran, over which table and by which key. */
  readonly statement: string
  /** The table and its key, as SQL names them. */
  readonly walked: string
  /** Of a DOWN that reverts an UP which is half through: the last key that UP has done. */
  readonly upTo?: readonly string[] | null
}

const usualSize = 5000
const largestSize = 1_000_000

const name = String.raw`(?:[a-z_\u0080-\uffff][\w$\u0080-\uffff]*|"(?:[^"]|"")+")`
const form = new RegExp(
  String.raw`^(${name})(?:\.(${name}))?\s+(?:by\s+(${name}|\(\s*${name}(?:\s*,\s*${name})*\s*\))|until\s+no\s+row\s+is\s+left)\s*(,.*)?$`,
  'is',
)
const names = new RegExp(name, 'gi')
const example =
  'write -- nself: batch orders by id, size 5000, pause 50ms; or -- nself: batch orders until no row is left'

/**
 * What stands behind `batch` in a header: `orders by id, size 5000, pause 50ms` or `orders until no row is left`.
 * @throws SqlError for anything else, at `start`.
 */
export function parseBatch(text: string, start: number): Batch {
  const match = form.exec(text.trim())
  if (match === null) throw new SqlError(start, 'the header batch is not understood', example)
  const [, first = '', second, key, rest = ''] = match
  const table =
    second === undefined
      ? { schema: null, name: meantName(first) }
      : { schema: meantName(first), name: meantName(second) }
  const { size, pauseMs } = optionsOf(rest, start)
  if (key === undefined) {
    if (size === null) return { kind: 'until-none', table, pauseMs }
    throw new SqlError(
      start,
      'the header batch has a size, but its statement says itself how many rows it takes',
      'leave out size, and limit the statement: WHERE ctid IN (SELECT ctid FROM … LIMIT 5000)',
    )
  }
  const columns = (key.match(names) ?? []).map(meantName)
  const twice = columns.find((column, i) => columns.indexOf(column) !== i)
  if (twice !== undefined) throw new SqlError(start, `the header batch names ${twice} twice`, example)
  return { kind: 'by-key', table, key: columns, size: size ?? usualSize, pauseMs }
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000 }

function optionsOf(text: string, start: number): { size: number | null; pauseMs: number } {
  let size: number | null = null
  let pauseMs: number | null = null
  for (const option of text.split(',').slice(1)) {
    const [, word = '', digits = '', unit = ''] = /^(\w+)\s+(\d+)([a-z]*)$/i.exec(option.trim()) ?? []
    const amount = Number(digits)
    if (word === 'size' && unit === '' && size === null && amount > 0 && amount <= largestSize) size = amount
    else if (word === 'pause' && pauseMs === null && (unit === '' || unitMs[unit] !== undefined))
      pauseMs = amount * (unitMs[unit] ?? 1)
    else {
      throw new SqlError(
        start,
        `the header batch has an option that is not understood: ${option.trim() || 'an empty one'}`,
        `known: size with 1 to ${grouped(largestSize)} rows, pause 50ms; each once, behind a comma`,
      )
    }
  }
  return { size, pauseMs: pauseMs ?? 0 }
}

/** What it walks by, for a person: `id`, `(tenant_id, id)`. */
export function keyText(key: readonly string[]): string {
  return key.length === 1 ? (key[0] ?? '') : `(${key.join(', ')})`
}
