import type { Fact, StableId } from '@supabase/pg-delta'
import type { Table } from '../../core/schema/catalog.ts'
import { keyOf } from '../../core/sql/qualified-name.ts'
import { type Chosen, columnOf, type Merge, sameIn, tableOf } from './fact-merge.ts'

/** A fact of the current database as it shall be, or null when it goes. */
export function keptFact(merge: Merge, fact: Fact): Chosen | null {
  const { have, want, current } = merge
  const same: Chosen = { fact, from: current.facts }
  const { id } = fact
  if (id.kind === 'sequence') return isSequenceKept(merge, keyOf(id), fact) ? same : null
  if (id.kind === 'type' && fact.payload.variant === 'enum') {
    const labels = merge.enums.get(keyOf(id))
    if (labels === undefined) return null
    return { fact: { ...fact, payload: { ...fact.payload, values: [...labels] } }, from: current.facts }
  }
  const key = tableOf(current.facts, fact)
  const before = key === null ? undefined : have.get(key)
  // What is a part of a view, or of a partition, is not the design's.
  if (key === null || before === undefined) return same
  const after = want.get(key)
  if (after === undefined) return null
  if (before.kind === 'partition' || before.kind === 'foreign') return same
  return keptPart(merge, fact, before, after)
}

/** A part of a table that stays, or the table itself. */
function keptPart(merge: Merge, fact: Fact, before: Table, after: Table): Chosen | null {
  const same: Chosen = { fact, from: merge.current.facts }
  const { id } = fact
  switch (id.kind) {
    case 'column':
      return keptColumn(merge, fact, columnOf(before, id.name), columnOf(after, id.name))
    case 'default': {
      const [old, now] = [columnOf(before, id.name), columnOf(after, id.name)]
      return now !== undefined && now.default !== null && now.default === old?.default ? same : null
    }
    case 'constraint':
      return sameIn(after.constraints, before.constraints, id.name) ? same : null
    case 'index':
      return sameIn(after.indexes, before.indexes, id.name) ? same : null
    case 'comment': {
      const text = commentOf(after, id.target)
      return text === null ? null : { fact: { ...fact, payload: { text } }, from: merge.current.facts }
    }
    default:
      return same
  }
}

type MaybeColumn = ReturnType<typeof columnOf>

function keptColumn({ made, current }: Merge, fact: Fact, old: MaybeColumn, now: MaybeColumn): Chosen | null {
  if (now === undefined) return null
  const fresh = made.facts.get(fact.id)
  const changed = old?.type !== now.type
  const payload = {
    ...(changed && fresh !== undefined ? fresh.payload : fact.payload),
    notNull: now.notNull,
    collation:
      now.collation !== null && now.collation === old?.collation
        ? fact.payload.collation
        : (changed ? (fresh ?? fact) : fact).payload.collation,
    identity: now.identity === null ? null : (old?.identity ? fact : (fresh ?? fact)).payload.identity,
    generatedExpr: now.generated === null ? null : (changed ? (fresh ?? fact) : fact).payload.generatedExpr,
  }
  const own = '_position' in fact.payload ? { _position: fact.payload._position } : {}
  return {
    fact: { ...fact, payload: { ...payload, ...own } },
    from: changed ? made.facts : current.facts,
  }
}

/** What a table says of one of its parts, or of itself: null also where that is gone. */
function commentOf(table: Table, target: StableId): string | null {
  switch (target.kind) {
    case 'table':
      return table.comment
    case 'column':
      return columnOf(table, target.name)?.comment ?? null
    case 'index':
      return table.indexes.find((item) => item.name === target.name)?.comment ?? null
    case 'constraint':
      return table.constraints.find((item) => item.name === target.name)?.comment ?? null
    default:
      return null
  }
}

/** The column that owns a sequence, with the key of its table; null where none does. */
export function sequenceOwner({
  ownedBy,
}: Fact['payload']): { readonly table: string; readonly column: string } | null {
  const owner = new Map<string, unknown>(Object.entries(ownedBy ?? {}))
  if (owner.size === 0) return null
  const table = keyOf({ schema: String(owner.get('schema')), name: String(owner.get('table')) })
  return { table, column: String(owner.get('column')) }
}

/** One that a column owns goes with it, or when the column no longer draws from it. */
function isSequenceKept({ have, want }: Merge, sequence: string, { payload }: Fact): boolean {
  const owner = sequenceOwner(payload)
  if (owner === null) return true
  const [table, after] = [have.get(owner.table), want.get(owner.table)]
  if (table === undefined) return true
  const name = owner.column
  const column = after && columnOf(after, name)
  const before = columnOf(table, name)
  // Owned, but not drawn from by default: nobody's business here.
  if (column !== undefined && before?.serial == null) return true
  return column?.serial === sequence
}
