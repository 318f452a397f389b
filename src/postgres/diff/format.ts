import { plainNames } from '../../core/sql/plain-names.ts'
import type { Client } from '../driver/pg.ts'

/** What writes a generated statement for a reader: names unquoted where they may be, long lines broken. */
export async function statementFormat(client: Client): Promise<(sql: string) => string> {
  const { formatSqlStatements } = await import('@supabase/pg-delta/sql-format')
  const { rows } = await client.query<{ word: string }>("SELECT word FROM pg_get_keywords() WHERE catcode <> 'U'")
  const reserved = new Set(rows.map((row) => row.word))
  return (sql) => {
    const plain = plainNames(sql, reserved)
    // Its words come in pairs, which a break would tear apart.
    if (/^(?:CREATE|ALTER) (?:UNLOGGED )?SEQUENCE /.test(plain)) return plain
    const formatted = formatSqlStatements([plain])[0]?.trim() ?? sql
    return isTornApart(formatted, plain) ? plain : formatted
  }
}

/** In which a time without a zone is meant, as far as the database tells. */
export async function timeZoneOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ zone: string }>(`SELECT current_setting('TimeZone') AS zone`)
  return rows[0]?.zone ?? 'UTC'
}

/** A name without its schema, which it has taken for a type: `public .mood`. */
function isTornApart(formatted: string, plain: string): boolean {
  const torn = /[\w"]\s+\.(?=[\w"])/
  return torn.test(formatted) && !torn.test(plain)
}
