import { plainNames } from '../../core/sql/plain-names.ts'
import type { Client } from '../driver/pg.ts'

/** What writes a generated statement for a reader: names unquoted where they may be, long lines broken. */
export async function statementFormat(client: Client): Promise<(sql: string) => string> {
  const { formatSqlStatements } = await import('@supabase/pg-delta/sql-format')
  const { rows } = await client.query<{ word: string }>("SELECT word FROM pg_get_keywords() WHERE catcode <> 'U'")
  const reserved = new Set(rows.map((row) => row.word))
  return (sql) => formatSqlStatements([plainNames(sql, reserved)])[0]?.trim() ?? sql
}
