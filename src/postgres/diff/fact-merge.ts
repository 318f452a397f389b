import type { Fact, StableId } from '@supabase/pg-delta'
import type { Catalog, Column, Table } from '../../core/schema/catalog.ts'
import { keyOf } from '../../core/sql/qualified-name.ts'
import type { FactBase } from './facts.ts'

/** A database as the library sees it, and as this tool does. */
export interface SideFacts {
  readonly facts: FactBase
  readonly catalog: Catalog
}

/** What the facts of the target are chosen by. */
export interface Merge {
  readonly current: SideFacts
  readonly made: SideFacts
  readonly have: ReadonlyMap<string, Table>
  /** Those of the design's own database. */
  readonly fresh: ReadonlyMap<string, Table>
  readonly want: ReadonlyMap<string, Table>
  /** Labels of the enums that shall be. */
  readonly enums: ReadonlyMap<string, readonly string[]>
  readonly encode: (id: StableId) => string
}

/** A fact of the merged database, and whose edges it has. */
export interface Chosen {
  readonly fact: Fact
  readonly from: FactBase
}

/** The table that a fact is a part of, by key; null for what is no part of one. */
export function tableOf(facts: FactBase, { id, parent }: Fact): string | null {
  switch (id.kind) {
    case 'table':
      return keyOf(id)
    case 'comment': {
      const target = facts.get(id.target)
      return target === undefined ? null : tableOf(facts, target)
    }
    case 'index':
      return parent !== undefined && 'schema' in parent && 'name' in parent ? keyOf(parent) : null
    case 'column':
    case 'default':
    case 'constraint':
      return parent?.kind === 'domain' ? null : keyOf({ schema: id.schema, name: id.table })
    default:
      return null
  }
}

/** The column of a table, by its name; undefined where it has none. */
export function columnOf(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name)
}

interface Defined {
  readonly name: string
  readonly definition: string
}

/** Whether both have something of that name that is defined the same. */
export function sameIn(one: readonly Defined[], other: readonly Defined[], name: string): boolean {
  const definition = other.find((item) => item.name === name)?.definition
  return one.some((item) => item.name === name && item.definition === definition)
}
