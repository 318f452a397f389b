import { colonPlaces } from '../sql/colon-places.ts'
import { identChar, SqlError } from '../sql/lexer.ts'
import type { Statement, Stretch } from '../sql/statement-list.ts'
import type { Batch } from './batch.ts'
import type { OpenSection } from './open-section.ts'

/** Where a batch begins and ends, as its statement names them. */
const bound = /:(from|to)(?![\w$\u0080-\uffff])/i

/** What stands in their place for whoever parses the statement. */
const parameters = { from: '$1', to: '$2' }

/** What runs as batches must be one statement that has no transaction of its own. @throws SqlError */
export function refuseUnfitBatch({ batch, batchAt, count, wrapped, blocks }: OpenSection): void {
  if (batch === null) return
  if (wrapped || blocks > 0) {
    throw new SqlError(
      batchAt,
      'a section with a batch header has a transaction of its own',
      'remove BEGIN and COMMIT: each batch is a transaction',
    )
  }
  if (count === 1) return
  throw new SqlError(
    batchAt,
    count === 0
      ? 'a batch header stands over no statement'
      : `a batch header stands over ${count} statements, but runs one`,
    count === 0
      ? 'write the statement below it, or remove the header'
      : 'keep the statement that runs as batches, and put the others into migrations of their own',
  )
}

/** The statement of a file that is read in pieces as it runs cannot be filled in. @throws SqlError */
export function refuseLargeBatch({ batch, batchAt, direction }: OpenSection): void {
  if (batch === null || direction === 'down') return
  throw new SqlError(
    batchAt,
    'a file of this size, which is read in pieces as it runs, cannot run as batches',
    'put the statement into a migration of its own',
  )
}

/**
 * The text of a section with parameters where its statement names the ends of a batch, as long as what they stand for.
 * @throws SqlError where it does not fit its header.
 */
export function withBatchParameters(
  sql: string,
  [statement]: readonly Statement[],
  { batch, start: from }: Pick<OpenSection, 'batch' | 'start'>,
): string {
  if (batch === null || statement === undefined) return sql
  const text = sql.slice(statement.start, statement.end)
  const places = colonPlaces(text, bound)
  refuseUnfitStatement(text, from + statement.start, batch, places)
  let filled = ''
  let taken = 0
  for (const { index, 0: whole, 1: which } of places) {
    filled += text.slice(taken, index) + parameters[endNamed(which)].padEnd(whole.length)
    taken = index + whole.length
  }
  return sql.slice(0, statement.start) + filled + text.slice(taken) + sql.slice(statement.end)
}

const endNamed = (which: string | undefined) => (which?.toLowerCase() === 'from' ? 'from' : 'to')

function refuseUnfitStatement(text: string, at: number, batch: Batch, places: readonly RegExpExecArray[]): void {
  const [word = ''] = /^\w*/.exec(text) ?? []
  const known = ['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'WITH', ...(batch.kind === 'by-key' ? ['SELECT'] : [])]
  if (!known.includes(word.toUpperCase())) {
    throw new SqlError(
      at,
      `${word.toUpperCase()} cannot run as batches`,
      `a batch runs ${known.slice(0, 4).join(', ')}`,
    )
  }
  const [first] = places
  if (batch.kind === 'until-none') {
    if (first === undefined) return
    throw new SqlError(
      at + first.index,
      `${first[0]} has no value in batches that run until no row is left`,
      'limit the statement itself, or let the header name a key: -- nself: batch orders by id',
    )
  }
  const missing = (['from', 'to'] as const).filter((end) => !places.some(({ 1: which }) => endNamed(which) === end))
  if (missing.length === 0) return
  throw new SqlError(
    at,
    `a statement under a batch header does not use ${missing.map((end) => `:${end}`).join(' and ')}`,
    'both are keys of the batch: write WHERE id BETWEEN :from AND :to; or, for a statement that limits itself, -- nself: batch orders until no row is left',
  )
}

/** The statement of one batch, and what was put in where. */
export interface FilledBatch {
  readonly sql: string
  readonly fillings: readonly (Stretch & { readonly written: Stretch })[]
}

/**
 * A statement as one batch runs it.
 * @param text as it is written.
 * @param ends the keys of its first row and of its last, as SQL.
 */
export function fillBatch(text: string, ends: { readonly from: string; readonly to: string }): FilledBatch {
  const fillings: FilledBatch['fillings'][number][] = []
  let sql = ''
  let taken = 0
  for (const { index, 0: whole, 1: which } of colonPlaces(text, bound)) {
    sql += text.slice(taken, index)
    const start = sql.length
    // A blank keeps it apart from a word that it stands beside.
    sql += `${identChar.test(sql.at(-1) ?? '') ? ' ' : ''}${ends[endNamed(which)]}`
    taken = index + whole.length
    fillings.push({ start, end: sql.length, written: { start: index, end: taken } })
  }
  return { sql: sql + text.slice(taken), fillings }
}

/** Where in the statement as it is written something stands that the server tells of the filled one. */
export function writtenPlace({ fillings }: FilledBatch, offset: number): number {
  const before = fillings.findLast(({ start }) => start <= offset)
  if (before === undefined) return offset
  return offset < before.end ? before.written.start : before.written.end + offset - before.end
}
