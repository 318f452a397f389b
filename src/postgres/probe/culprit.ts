import type { KnownTable } from '../../core/probe/question-sql.ts'
import { rowKey, type TidRange, tableSql } from '../../core/probe/table-sql.ts'
import { type Asker, isAboutValues } from './asker.ts'

/** No page holds more rows. */
const mostRows = 2048

/**
 * The first row for which a question fails, by its key: the table is halved by pages, then a page by rows. Empty where it
 * is not found in time.
 */
export async function culprit(
  asker: Asker,
  { table, facts }: KnownTable,
  searchPath: readonly string[] | null,
  sql: (range: TidRange) => string,
): Promise<string[]> {
  if (facts.isPartitioned) return []
  const pagesReply = await asker.ask(
    `SELECT (pg_relation_size(${facts.oid}) / current_setting('block_size')::int)::text AS pages`,
  )
  if (!('rows' in pagesReply)) return []
  const fails = async (range: TidRange) => {
    const reply = await asker.ask(sql(range), searchPath)
    return 'rows' in reply ? false : reply.error !== null && isAboutValues(reply.error) ? true : null
  }
  const page = await firstOf(Number(pagesReply.rows[0]?.pages ?? 0), (from, to) =>
    fails({ from: `(${from},0)`, to: `(${to},0)` }),
  )
  if (page === null) return []
  const row = await firstOf(mostRows, (from, to) => fails({ from: `(${page},${from})`, to: `(${page},${to})` }))
  if (row === null) return []
  const range = { from: `(${page},${row})`, to: `(${page},${row + 1})` }
  const plain = { ...table, layers: [] }
  const reply = await asker.ask(`SELECT ${rowKey} AS key FROM ${tableSql(plain, facts, false, range)}`, searchPath)
  return 'rows' in reply ? reply.rows.flatMap(({ key }) => key ?? []) : []
}

/** The first of `count` indexes for which it is true; null where that cannot be told. */
async function firstOf(
  count: number,
  isIn: (from: number, to: number) => Promise<boolean | null>,
): Promise<number | null> {
  let [low, high] = [0, count]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    const found = await isIn(low, middle)
    if (found === null) return null
    if (found) high = middle
    else low = middle
  }
  return count === 0 ? null : low
}
