import type { Design, DesignColumn } from '../../core/schema/design.ts'
import { type ColumnWords, columnWordKey } from '../../core/schema/unchanged-tables.ts'
import { quoteQualified } from '../../core/sql/quoting.ts'
import { plainTextSql } from '../catalog/read.ts'
import { type Client, queryArrays } from '../driver/pg.ts'

/** A table has at most some 1,600 columns. */
const atOnce = 1000

/**
 * How PostgreSQL writes the types and defaults that the columns of these tables have: each pair of them once, as a column
 * of a temporary table. None where one of them is no type or no default of it.
 * @param client on a database that has what they name; it is left as it was.
 */
export async function columnWords(
  client: Client,
  tables: Design['tables'],
  without: Design['enums'],
): Promise<ColumnWords> {
  const fresh = new Set(without.map(({ schema, name }) => quoteQualified(schema, name)))
  const isFresh = ({ type }: DesignColumn) => fresh.has(type.replace(/(?:\s*\[\d*\])+$/, ''))
  const columns = tables.flatMap((table) => table.columns.filter((column) => !isFresh(column)))
  const distinct = [...new Map(columns.map((column) => [columnWordKey(column), column])).entries()]
  const words = new Map<string, { type: string; default: string | null }>()
  for (let at = 0; at < distinct.length; at += atOnce) {
    const part = distinct.slice(at, at + atOnce)
    const found = await wordsOf(
      client,
      part.map(([, column]) => column),
    )
    for (const [i, [key]] of part.entries()) {
      const [type, value] = found[i] ?? []
      if (type !== undefined) words.set(key, { type, default: value ?? null })
    }
  }
  return words
}

type Word = [type: string, value: string | null]

async function wordsOf(client: Client, columns: readonly DesignColumn[]): Promise<Word[]> {
  const list = columns.map(({ type, default: value }, i) => `c${i} ${type}${value === null ? '' : ` DEFAULT ${value}`}`)
  try {
    await client.query(`BEGIN; CREATE TEMPORARY TABLE nself_words (${list.join(', ')}); ${plainTextSql}`)
    return await queryArrays<Word>(
      client,
      `SELECT format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute a
       LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
       WHERE a.attrelid = 'pg_temp.nself_words'::regclass AND a.attnum > 0 ORDER BY a.attnum`,
    )
  } catch {
    return []
  } finally {
    await client.query('ROLLBACK')
  }
}
