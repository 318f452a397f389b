import { quoteLiteral } from '../../core/sql/quoting.ts'
import { connect, type Server } from '../driver/connect.ts'
import { withConnection } from '../driver/with-connection.ts'

/** The types of columns as format_type writes them, by `table.column`; none for what does not exist. */
export async function columnTypes(
  server: Server,
  columns: readonly { readonly table: string; readonly column: string }[],
): Promise<Map<string, string>> {
  return withConnection(connect(server, 'nself'), null, async (client) => {
    const values = columns.map(({ table, column }) => `(${quoteLiteral(table)}, ${quoteLiteral(column)})`)
    const { rows } = await client.query<{ name: string; type: string }>(`
      SELECT t.tab || '.' || t.col AS name, format_type(a.atttypid, a.atttypmod) AS type
      FROM (VALUES ${values.join(', ')}) AS t (tab, col)
      JOIN pg_attribute a ON a.attrelid = to_regclass(quote_ident(split_part(t.tab, '.', 1)) ||
        CASE WHEN t.tab LIKE '%.%' THEN '.' || quote_ident(split_part(t.tab, '.', 2)) ELSE '' END)
      AND a.attname = t.col AND NOT a.attisdropped`)
    return new Map(rows.map(({ name, type }) => [name, type]))
  })
}
