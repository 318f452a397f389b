import { quoteLiteral } from '../../core/sql/quoting.ts'
import { type Client, queryArrays } from '../driver/pg.ts'

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x0d': '\r' }

/**
 * What a query for one JSON value finds where its tables are there; null where they are not. PostgreSQL plans a query
 * before it knows that it need not run, and logs an error for a table that is missing; the text of a query is planned only where
 * it is reached. So it is asked in one go, with whatever else is.
 * @param column the name of the value in the query.
 * @throws what the server says, for a table that may not be read too.
 */
export async function jsonWhereThere<Value>(
  client: Client,
  tables: readonly string[],
  query: string,
  column: string,
): Promise<Value | null> {
  const there = tables.map((table) => `pg_catalog.to_regclass(${quoteLiteral(table)}) IS NOT NULL`).join(' AND ')
  const [row] = await queryArrays<[string | null]>(
    client,
    `SELECT CASE WHEN ${there} THEN pg_catalog.query_to_xml(${quoteLiteral(query)}, false, true, '')::text END`,
  )
  const xml = row?.[0] ?? ''
  const [start, end] = [xml.indexOf(`<${column}>`), xml.lastIndexOf(`</${column}>`)]
  if (start === -1 || end === -1) return null
  const text = xml.slice(start + column.length + 2, end)
  const value: Value = JSON.parse(text.includes('&') ? text.replace(/&(#?\w+);/g, unescaped) : text)
  return value
}

const unescaped = (found: string, name: string) => entities[name] ?? found
