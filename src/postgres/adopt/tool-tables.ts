import { type CodeTable, codeTableNames, codeTablesIn, type NamedColumns } from '../../core/adopt/code-tools.ts'
import type { TableRow, Tool, ToolTable } from '../../core/adopt/tools/tool.ts'
import { keyOf } from '../../core/sql/qualified-name.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import { rowsOf } from '../driver/must.ts'
import type { Client } from '../driver/pg.ts'

/** A table of another migration tool that is in the database. */
export interface FoundTable {
  readonly tool: Tool
  /** `public.schema_migrations`. */
  readonly key: string
  /** Each value as text. */
  readonly rows: readonly TableRow[]
}

/** A table that a person says a tool keeps: any schema where none is named. */
export interface NamedTable {
  readonly tool: Tool
  readonly schema: string | null
  readonly name: string
}

/** The tables that these tools keep, as far as the role can see them, with their rows. */
export async function findToolTables(
  client: Client,
  tools: readonly Tool[],
  named: NamedTable | null,
): Promise<FoundTable[]> {
  const names = named === null ? tools.flatMap(({ tables }) => tables.map(({ name }) => name)) : [named.name]
  const rows = await tablesNamed(client, names)
  const found: FoundTable[] = []
  for (const { schema, name, columns } of rows) {
    const owners =
      named === null ? tools.filter(({ tables }) => tables.some((one) => fits(one, schema, name, columns))) : []
    const isNamed = named !== null && (named.schema ?? schema) === schema && hasColumns(named.tool, columns)
    for (const tool of isNamed ? [named.tool] : owners) {
      found.push({ tool, key: keyOf({ schema, name }), rows: await readRows(client, schema, name) })
    }
  }
  return found
}

/** The tables of tools whose migrations are no SQL. */
export async function findCodeTables(client: Client): Promise<CodeTable[]> {
  return codeTablesIn(await tablesNamed(client, codeTableNames))
}

function tablesNamed(client: Client, names: readonly string[]): Promise<NamedColumns[]> {
  return rowsOf<{ schema: string; name: string; columns: string[] }>(
    client,
    `SELECT n.nspname::text AS schema, c.relname::text AS name, array_agg(a.attname::text) AS columns
 FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'nself' AND c.relname IN (${[...new Set(names)].map(quoteLiteral).join(', ')})
 GROUP BY n.nspname, c.relname ORDER BY n.nspname <> 'public', 1, 2`,
  )
}

const hasColumns = ({ tables }: Tool, columns: readonly string[]) =>
  tables.some(({ has }) => has.every((column) => columns.includes(column)))

function fits(table: ToolTable, schema: string, name: string, columns: readonly string[]): boolean {
  return (
    table.name === name &&
    (table.schema === null || table.schema === schema) &&
    table.has.every((column) => columns.includes(column)) &&
    !table.hasNot.some((column) => columns.includes(column))
  )
}

async function readRows(client: Client, schema: string, name: string): Promise<TableRow[]> {
  const rows = await rowsOf<{ item: TableRow }>(
    client,
    `SELECT (SELECT jsonb_object_agg(key, value) FROM jsonb_each_text(to_jsonb(t))) AS item
 FROM ${quoteIdentifier(schema)}.${quoteIdentifier(name)} AS t`,
  )
  return rows.map(({ item }) => item)
}

/** How many tables there are that are neither PostgreSQL's nor nself's nor an extension's, nor one of these. */
export async function countOtherTables(client: Client, without: readonly string[]): Promise<number> {
  const rows = await rowsOf<{ count: string }>(
    client,
    `SELECT count(*)::text AS count FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('nself', 'information_schema') AND n.nspname !~ '^pg_'
 AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
 AND format('%s.%s', n.nspname, c.relname) <> ALL (ARRAY[${without.map(quoteLiteral).join(', ')}]::text[])`,
  )
  return Number(rows[0]?.count ?? 0)
}
