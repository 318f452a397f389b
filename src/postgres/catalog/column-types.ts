import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../core/sql/quoting.ts'
import type { Client } from '../driver/pg.ts'

interface ColumnName {
  /** Null where the search path tells. */
  readonly schema: string | null
  readonly table: string
  readonly column: string
}

/** The types of columns as format_type writes them, in the order of the columns; null for what does not exist. */
export async function columnTypes(client: Client, columns: readonly ColumnName[]): Promise<(string | null)[]> {
  const values = columns.map(({ schema, table, column }, place) => {
    const relation = schema === null ? quoteIdentifier(table) : quoteQualified(schema, table)
    return `(${place}, ${quoteLiteral(relation)}, ${quoteLiteral(column)})`
  })
  const { rows } = await client.query<{ type: string | null }>(`
      SELECT format_type(a.atttypid, a.atttypmod) AS type FROM (VALUES ${values.join(', ')}) AS t (place, tab, col)
      LEFT JOIN pg_attribute a ON a.attrelid = to_regclass(t.tab) AND a.attname = t.col AND NOT a.attisdropped
      ORDER BY t.place`)
  return rows.map(({ type }) => type)
}
