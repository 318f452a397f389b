import { quoteLiteral } from '../sql/quoting.ts'

/** Functions of other databases, and of PostgreSQL's extensions, and what every PostgreSQL has for them. */
const functions = new Map(
  Object.entries({
    getdate: 'now()',
    getutcdate: 'now()',
    sysdatetime: 'now()',
    sysdate: 'now()',
    systimestamp: 'now()',
    current_timestamp: 'now()',
    curdate: 'CURRENT_DATE',
    curtime: 'CURRENT_TIME',
    newid: 'gen_random_uuid()',
    newsequentialid: 'gen_random_uuid()',
    uuid: 'gen_random_uuid()',
    uuid_generate_v4: 'gen_random_uuid()',
  }),
)

/** What a default calls: `getdate` of `(GETDATE())`; null when it is no lone call without arguments. */
export function calledBy(written: string): string | null {
  return /^\(*\s*(?:(?:public|extensions)\.)?(\w+)\s*\(\s*\)\s*\)*$/.exec(written)?.[1]?.toLowerCase() ?? null
}

/**
 * What PostgreSQL needs for a default that is written as other databases have it; null when it can stay as it is.
 * @param written as SQL: `(GETDATE())`, `'now()'`, `1`.
 * @param type of the column, as format_type writes it.
 * @param isUnknown whether the server has no such function.
 */
export function equivalentDefault(written: string, type: string, isUnknown: (name: string) => boolean): string | null {
  const updated = /^\((.*?)\s+ON\s+UPDATE\s.*\)$/is.exec(written)
  if (updated !== null) {
    const rest = `(${updated[1]})`
    return equivalentDefault(rest, type, isUnknown) ?? rest
  }
  if (/^[01]$/.test(written) && type === 'boolean') return written === '1' ? 'true' : 'false'
  const bit = /^\(\s*b'([01])'\s*\)$/i.exec(written)?.[1]
  if (bit !== undefined && type === 'boolean') return bit === '1' ? 'true' : 'false'
  // A number would need a cast, which PostgreSQL does not do by itself.
  if (/^\d+$/.test(written) && /^bit\b/.test(type)) return quoteLiteral(written)
  if (/^\(\s*now\s*\)$/i.test(written)) return 'now()'
  const json = /^\(\s*([[{].*[\]}])\s*\)$/s.exec(written)?.[1]
  if (json !== undefined && /^jsonb?$/.test(type)) return quoteLiteral(json)
  const quoted = /^'(.*)'$/s.exec(written)?.[1]
  const isText = quoted !== undefined
  if (isText && !/^(?:timestamp|time|date|uuid)\b/.test(type)) return null
  const text = (quoted ?? written).trim()
  // Such as 'now()': read once, when the table is made, it would be the same moment for all rows.
  if (isText && /^(?:current_(?:timestamp|date|time)|localtimestamp|localtime)$/i.test(text)) return text.toUpperCase()
  if (isText && /^now$/i.test(text)) return 'now()'
  const name = calledBy(text)
  if (name === null) return null
  if (isUnknown(name)) return functions.get(name) ?? null
  return isText ? `${name}()` : null
}
