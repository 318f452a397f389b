import type { Catalog, Column, Table } from '../../src/core/schema/catalog.ts'
import { catalogOf, columnOf, tableOf } from './catalog.ts'

/** A column of a type, `name type`, with more where it matters. */
function column(text: string, more: Partial<Column> = {}): Column {
  const [name = '', ...type] = text.split(' ')
  return columnOf(name, type.join(' '), more)
}

/** A table with these columns; `schema.name` where it is not in public. */
export function table(path: string, columns: readonly (string | Column)[], more: Partial<Table> = {}): Table {
  const [name = '', schema = 'public'] = path.split('.').reverse()
  const all = columns.map((item) => (typeof item === 'string' ? column(item) : item))
  return tableOf(name, all, { schema, ...more })
}

export function catalog(...tables: readonly Table[]): Catalog {
  return catalogOf({ serverVersion: 150004, tables })
}
