import type { Fact } from '@supabase/pg-delta'
import type { Table } from '../../core/schema/catalog.ts'
import { sameList } from '../../core/schema/same-list.ts'
import { keyOf, ofKey } from '../../core/sql/qualified-name.ts'
import { columnOf, type Merge, sameIn, tableOf } from './fact-merge.ts'

/** Whether a fact of the design's database is one that the current one lacks. */
export function isTaken(merge: Merge, fact: Fact): boolean {
  const { made, fresh, want, enums } = merge
  const { id } = fact
  if (id.kind === 'schema')
    return (
      [...want.values()].some((table) => table.schema === id.name) ||
      [...enums.keys()].some((key) => ofKey(key).schema === id.name)
    )
  if (id.kind === 'type') return fact.payload.variant === 'enum' && hasLabels(fact, enums.get(keyOf(id)))
  const key = tableOf(made.facts, fact)
  if (key === null) return false
  const [after, own] = [want.get(key), fresh.get(key)]
  if (after === undefined || own === undefined || isOfParent(after, want, fact)) return false
  return id.kind === 'table' ? !merge.have.has(key) : isTakenPart(fact, after, own)
}

/** Whether a part of a table is one that the table shall have. */
function isTakenPart({ id }: Fact, after: Table, own: Table): boolean {
  switch (id.kind) {
    case 'column':
      return columnOf(after, id.name) !== undefined
    case 'default': {
      const wish = columnOf(after, id.name)?.default ?? null
      return wish !== null && wish === columnOf(own, id.name)?.default
    }
    case 'constraint':
      return sameIn(after.constraints, own.constraints, id.name)
    case 'index':
      return sameIn(after.indexes, own.indexes, id.name)
    default:
      return false
  }
}

/** A column that a table has from one that it inherits from comes with that. */
function isOfParent({ inherits }: Table, want: ReadonlyMap<string, Table>, { id }: Fact): boolean {
  if (id.kind !== 'column' && id.kind !== 'default') return false
  return inherits.some((parent) => want.get(keyOf(parent))?.columns.some((column) => column.name === id.name))
}

function hasLabels({ payload: { values } }: Fact, labels: readonly string[] | undefined): boolean {
  return labels !== undefined && sameList(Array.isArray(values) ? values.map(String) : [], labels)
}
