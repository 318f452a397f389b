import { expressionOf, textOf } from './dbml-text.ts'

const literal = /^'((?:[^']|'')*)'::(.+)$/s
const largestInteger = 2_147_483_647

/** Types that format_type and the casts of a definition call by different names. */
const castNames: Record<string, string> = { character: 'bpchar' }

/**
 * A column's default in DBML, which is SQL that makes the very same default again: a number, a text, true, false or
 * null where that is all it is, else an expression. Null where DBML cannot say it.
 */
export function defaultOf(sql: string, columnType: string): string | null {
  if (sql === 'true' || sql === 'false') return sql
  if (/^NULL(::[^()]+(\([\d,]+\))?)?$/.test(sql)) return 'null'
  if (isExactNumber(sql)) return sql
  const [, text, cast] = literal.exec(sql) ?? []
  if (text !== undefined && cast !== undefined) {
    if (isNumberOf(cast, text)) return text
    if (cast === castOf(columnType)) return textOf(text.replaceAll("''", "'"))
  }
  return expressionOf(sql)
}

/** One that is read and written as a JavaScript number without a change: not 1.50. */
function isExactNumber(text: string): boolean {
  return /^-?\d{1,15}(\.\d{1,6})?$/.test(text) && String(Number(text)) === text
}

/** Whether the number, written alone, would be of that type: PostgreSQL reads -1 as `'-1'::integer`. */
function isNumberOf(cast: string, text: string): boolean {
  if (!isExactNumber(text)) return false
  const isInteger = !text.includes('.')
  if (cast === 'integer') return isInteger && Math.abs(Number(text)) <= largestInteger
  if (cast === 'bigint') return isInteger && Math.abs(Number(text)) > largestInteger + 1
  return cast === 'numeric' && !isInteger
}

/** What a text becomes in a column of that type: the type without its length. */
function castOf(columnType: string): string {
  const bare = columnType.replace(/\([\d,]+\)/, '')
  const [, base = '', array = ''] = /^(.*?)((?:\[\])*)$/s.exec(bare) ?? []
  return (castNames[base] ?? base) + array
}
