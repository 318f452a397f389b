import type { Catalog, Column, Constraint, Index, Table } from '../../src/core/schema/catalog.ts'

/** Parts of a catalog in which only what a test is about need be said. */

export function catalogOf(parts: Partial<Catalog>): Catalog {
  return { serverVersion: 180000, enums: [], tables: [], others: [], details: [], access: [], ...parts }
}

export function tableOf(name: string, columns: readonly Column[], more: Partial<Table> = {}): Table {
  return {
    schema: 'public',
    name,
    kind: 'table',
    unlogged: false,
    partitionKey: null,
    partitionBound: null,
    inherits: [],
    settings: {},
    columns,
    constraints: [],
    indexes: [],
    comment: null,
    ...more,
  }
}

export function columnOf(name: string, type: string, more: Partial<Column> = {}): Column {
  return {
    name,
    type,
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

export function constraintOf(
  kind: Constraint['kind'],
  name: string,
  definition: string,
  more: Partial<Constraint> = {},
): Constraint {
  return { kind, name, definition, columns: [], references: null, comment: null, ...more }
}

export function indexOf(
  name: string,
  keys: readonly { text: string; isColumn: boolean; behind?: string }[],
  more: Partial<Index> = {},
): Index {
  return {
    name,
    keys: keys.map((key) => ({ behind: '', ...key })),
    definition: '',
    unique: false,
    method: 'btree',
    more: false,
    valid: true,
    comment: null,
    ...more,
  }
}
