import type { Catalog, Column, Table } from '../../src/core/schema/catalog.ts'

/** A column of a type, `name type`, with more where it matters. */
function column(text: string, more: Partial<Column> = {}): Column {
  const [name = '', ...type] = text.split(' ')
  return {
    name,
    type: type.join(' '),
    notNull: false,
    default: null,
    generated: null,
    identity: null,
    serial: null,
    collation: null,
    statistics: null,
    storage: null,
    compression: null,
    comment: null,
    ...more,
  }
}

/** A table with these columns; `schema.name` where it is not in public. */
export function table(path: string, columns: readonly (string | Column)[], more: Partial<Table> = {}): Table {
  const [name = '', schema = 'public'] = path.split('.').reverse()
  return {
    schema,
    name,
    kind: 'table',
    unlogged: false,
    partitionKey: null,
    partitionBound: null,
    inherits: [],
    settings: {},
    columns: columns.map((item) => (typeof item === 'string' ? column(item) : item)),
    constraints: [],
    indexes: [],
    comment: null,
    ...more,
  }
}

export function catalog(...tables: readonly Table[]): Catalog {
  return { serverVersion: 150004, enums: [], tables, others: [], details: [], access: [] }
}
