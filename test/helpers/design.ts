import type { Location } from '../../src/core/location.ts'
import type {
  Design,
  DesignColumn,
  DesignIndex,
  DesignKey,
  DesignReference,
  DesignTable,
} from '../../src/core/schema/design.ts'

/** Parts of a design in which only what a test is about need be said. */

export const at: Location = { path: 'schema.dbml', line: 1, column: 1, excerpt: '', caret: 0 }

export function designOf(parts: Partial<Design>): Design {
  return { enums: [], tables: [], references: [], records: [], groups: [], notes: [], ...parts }
}

/** A column from `name type`. */
export function designColumn(text: string, more: Partial<DesignColumn> = {}): DesignColumn {
  const [name = '', ...type] = text.split(' ')
  return { name, type: type.join(' '), notNull: false, default: null, increment: false, comment: null, at, ...more }
}

/** A table of public with these columns, each `name type` or whole. */
export function designTable(
  name: string,
  columns: readonly (string | DesignColumn)[],
  more: Partial<DesignTable> = {},
): DesignTable {
  return {
    schema: 'public',
    name,
    comment: null,
    columns: columns.map((column) => (typeof column === 'string' ? designColumn(column) : column)),
    keys: [],
    checks: [],
    indexes: [],
    at,
    ...more,
  }
}

export function designKey(kind: DesignKey['kind'], columns: readonly string[], name: string | null = null): DesignKey {
  return { kind, name, columns, at }
}

/** An index on columns. */
export function designIndex(columns: readonly string[], more: Partial<DesignIndex> = {}): DesignIndex {
  const keys = columns.map((text) => ({ text, isColumn: true }))
  return { name: null, unique: false, method: null, keys, comment: null, at, ...more }
}

/** A reference between tables of public. */
export function designReference(
  [fromTable, ...from]: readonly [string, ...string[]],
  [toTable, ...to]: readonly [string, ...string[]],
  more: Partial<DesignReference> = {},
): DesignReference {
  return {
    name: null,
    from: { schema: 'public', table: fromTable, columns: from },
    to: { schema: 'public', table: toTable, columns: to },
    onDelete: 'no action',
    onUpdate: 'no action',
    at,
    ...more,
  }
}
