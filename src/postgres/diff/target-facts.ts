import type { DependencyEdge, Fact, StableId } from '@supabase/pg-delta'
import { type Catalog, type Column, type Table, tablesByKey } from '../../core/schema/catalog.ts'
import type { Wanted } from '../../core/schema/target-schema.ts'
import { keyOf, ofKey } from '../../core/sql/qualified-name.ts'
import { type FactBase, loadLibrary } from './facts.ts'

interface Side {
  readonly facts: FactBase
  readonly catalog: Catalog
}

interface Merge {
  readonly current: Side
  readonly made: Side
  readonly have: ReadonlyMap<string, Table>
  /** Those of the design's own database. */
  readonly fresh: ReadonlyMap<string, Table>
  readonly want: ReadonlyMap<string, Table>
  /** Labels of the enums that shall be, joined. */
  readonly enums: ReadonlyMap<string, string>
  readonly encode: (id: StableId) => string
}

/** A fact of the merged database, and whose edges it has. */
interface Chosen {
  readonly fact: Fact
  readonly from: FactBase
}

/**
 * What the database shall be, as facts: those of the current one, but for the parts of tables that shall be others;
 * these come from the database of the design. What stands on something that goes, goes with it.
 */
export async function wantedFacts(current: Side, made: Side, wanted: Wanted): Promise<FactBase> {
  const { buildFactBase, encodeId: encode } = await loadLibrary()
  const merge: Merge = {
    current,
    made,
    have: tablesByKey(current.catalog),
    fresh: tablesByKey(made.catalog),
    want: new Map(wanted.tables.map((table) => [keyOf(table), table])),
    enums: new Map(wanted.enums.map((item) => [keyOf(item), item.labels.join('\0')])),
    encode,
  }
  const chosen = new Map<string, Chosen>()
  for (const fact of current.facts.facts()) {
    const kept = keptFact(merge, fact)
    if (kept !== null) chosen.set(encode(fact.id), kept)
  }
  dropDependents(merge, chosen)
  for (const fact of made.facts.facts()) {
    if (!chosen.has(encode(fact.id)) && isTaken(merge, fact)) chosen.set(encode(fact.id), { fact, from: made.facts })
  }
  addComments(merge, chosen)
  keepUsedEnums(merge, chosen)
  return buildFactBase(
    [...chosen.values()].map((item) => item.fact),
    edgesOf(merge, chosen),
  )
}

type Parts = { readonly kind: string; readonly schema: string; readonly name: string; readonly table: string }

/** The table that a fact is a part of, by key; null for what is no part of one. */
function tableOf(facts: FactBase, { id, parent }: Fact): string | null {
  const own = id as unknown as Parts
  if (own.kind === 'table') return keyOf(own)
  if (own.kind === 'comment') {
    const target = facts.get((id as { target: StableId }).target)
    return target === undefined ? null : tableOf(facts, target)
  }
  const up = parent as unknown as Parts | undefined
  if (own.kind === 'index') return up === undefined ? null : keyOf(up)
  const isPart = own.kind === 'column' || own.kind === 'default' || own.kind === 'constraint'
  return isPart && up?.kind !== 'domain' ? keyOf({ schema: own.schema, name: own.table }) : null
}

/** The fact as it shall be, or null when it goes. */
function keptFact(merge: Merge, fact: Fact): Chosen | null {
  const { have, want, current } = merge
  const same: Chosen = { fact, from: current.facts }
  const id = fact.id as unknown as Parts
  if (id.kind === 'sequence') return isSequenceKept(merge, fact) ? same : null
  if (id.kind === 'type' && fact.payload.variant === 'enum') {
    const labels = merge.enums.get(keyOf(id))
    if (labels === undefined) return null
    return { fact: { ...fact, payload: { ...fact.payload, values: labels.split('\0') } }, from: current.facts }
  }
  const key = tableOf(current.facts, fact)
  const before = key === null ? undefined : have.get(key)
  // What is a part of a view, or of a partition, is not the design's.
  if (key === null || before === undefined) return same
  const after = want.get(key)
  if (after === undefined) return null
  if (before.kind === 'partition' || before.kind === 'foreign') return same
  switch (id.kind) {
    case 'column':
      return keptColumn(merge, fact, before, after)
    case 'default': {
      const [old, now] = [columnOf(before, id.name), columnOf(after, id.name)]
      return now !== undefined && now.default !== null && now.default === old?.default ? same : null
    }
    case 'constraint':
      return after.constraints.some(
        (item) => item.name === id.name && item.definition === definitionOf(before.constraints, id.name),
      )
        ? same
        : null
    case 'index':
      return after.indexes.some(
        (item) => item.name === id.name && item.definition === definitionOf(before.indexes, id.name),
      )
        ? same
        : null
    case 'comment': {
      const text = commentOf(after, fact)
      return text === null ? null : { fact: { ...fact, payload: { text } }, from: current.facts }
    }
    default:
      return same
  }
}

function keptColumn({ made, current }: Merge, fact: Fact, before: Table, after: Table): Chosen | null {
  const id = fact.id as unknown as Parts
  const [old, now] = [columnOf(before, id.name), columnOf(after, id.name)]
  if (now === undefined) return null
  const fresh = made.facts.get(fact.id)
  const changed = old?.type !== now.type
  const payload = {
    ...(changed && fresh !== undefined ? fresh.payload : fact.payload),
    notNull: now.notNull,
    identity: now.identity === null ? null : (old?.identity ? fact : (fresh ?? fact)).payload.identity,
    generatedExpr: now.generated === null ? null : (changed ? (fresh ?? fact) : fact).payload.generatedExpr,
  }
  const own = '_position' in fact.payload ? { _position: fact.payload._position } : {}
  return {
    fact: { ...fact, payload: { ...payload, ...own } as Fact['payload'] },
    from: changed ? made.facts : current.facts,
  }
}

/** Whether a fact of the design's database is one that the current one lacks. */
function isTaken({ made, have, fresh: news, want, enums }: Merge, fact: Fact): boolean {
  const id = fact.id as unknown as Parts
  if (id.kind === 'schema')
    return (
      [...want.values()].some((table) => table.schema === id.name) ||
      [...enums.keys()].some((key) => ofKey(key).schema === id.name)
    )
  if (id.kind === 'type') return fact.payload.variant === 'enum' && enums.get(keyOf(id)) === labelsOf(fact)
  const key = tableOf(made.facts, fact)
  const after = key === null ? undefined : want.get(key)
  const fresh = key === null ? undefined : news.get(key)
  if (after === undefined || fresh === undefined) return false
  const isNew = !have.has(key as string)
  if (isOfParent(after, want, fact)) return false
  switch (id.kind) {
    case 'table':
      return isNew
    case 'column':
      return columnOf(after, id.name) !== undefined
    case 'default': {
      const wish = columnOf(after, id.name)?.default ?? null
      return wish !== null && wish === columnOf(fresh, id.name)?.default
    }
    case 'constraint':
      return after.constraints.some(
        (item) => item.name === id.name && item.definition === definitionOf(fresh.constraints, id.name),
      )
    case 'index':
      return after.indexes.some(
        (item) => item.name === id.name && item.definition === definitionOf(fresh.indexes, id.name),
      )
    default:
      return false
  }
}

/** A column that a table has from one that it inherits from comes with that. */
function isOfParent({ inherits }: Table, want: ReadonlyMap<string, Table>, { id }: Fact): boolean {
  const part = id as unknown as Parts
  if (part.kind !== 'column' && part.kind !== 'default') return false
  return inherits.some((parent) => want.get(keyOf(parent))?.columns.some((column) => column.name === part.name))
}

function columnOf(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name)
}

function definitionOf(
  list: readonly { readonly name: string; readonly definition: string }[],
  name: string,
): string | undefined {
  return list.find((item) => item.name === name)?.definition
}

/** What a comment's fact says, in a table: null also where what it is on is gone. */
function commentOf(table: Table, { id }: Fact): string | null {
  const target = (id as { target: StableId }).target as unknown as Parts
  if (target.kind === 'table') return table.comment
  const list = { column: table.columns, index: table.indexes, constraint: table.constraints }[target.kind]
  return list?.find((item) => item.name === target.name)?.comment ?? null
}

/** Comments on what had none, or is new. */
function addComments({ want, encode }: Merge, chosen: Map<string, Chosen>): void {
  for (const { schema, name, comment, columns, indexes, constraints } of want.values()) {
    const targets = [
      { id: { kind: 'table', schema, name }, comment },
      ...columns.map((item) => ({ id: { kind: 'column', schema, table: name, name: item.name }, ...item })),
      ...indexes.map((item) => ({ id: { kind: 'index', schema, name: item.name }, ...item })),
      ...constraints.map((item) => ({ id: { kind: 'constraint', schema, table: name, name: item.name }, ...item })),
    ]
    for (const target of targets) {
      const [id, parent] = [{ kind: 'comment', target: target.id } as StableId, target.id as StableId]
      const owner = chosen.get(encode(parent))
      if (target.comment === null || owner === undefined || chosen.has(encode(id))) continue
      chosen.set(encode(id), { fact: { id, parent, payload: { text: target.comment } }, from: owner.from })
    }
  }
}

function labelsOf({ payload }: Fact): string {
  return ((payload.values ?? []) as readonly string[]).join('\0')
}

/** One that a column owns goes with it, or when the column no longer draws from it. */
function isSequenceKept({ have, want }: Merge, { id, payload }: Fact): boolean {
  const owner = payload.ownedBy as { schema: string; table: string; column: string } | null | undefined
  if (!owner) return true
  const key = keyOf({ schema: owner.schema, name: owner.table })
  if (!have.has(key)) return true
  const after = want.get(key)
  const column = after && columnOf(after, owner.column)
  const before = columnOf(have.get(key) as Table, owner.column)
  // Owned, but not drawn from by default: nobody's business here.
  if (column !== undefined && before?.serial == null) return true
  return column?.serial === keyOf(id as unknown as Parts)
}

/** What needs something that is gone cannot stay: its parent, or what it depends on. */
function dropDependents({ current, encode }: Merge, chosen: Map<string, Chosen>): void {
  const parts = new Set(['table', 'column', 'default', 'constraint', 'index'])
  for (let before = -1; before !== chosen.size; ) {
    before = chosen.size
    for (const [key, { fact }] of chosen) {
      const gone = (id: StableId) => current.facts.has(id) && !chosen.has(encode(id))
      const orphan = fact.parent !== undefined && gone(fact.parent)
      // Parts of tables are what the design says; an enum may come again, with other labels.
      const needs = parts.has(fact.id.kind)
        ? []
        : current.facts
            .outgoingEdges(fact.id)
            .filter(({ kind, to }) => kind === 'depends' && to.kind !== 'type' && gone(to))
      if (orphan || needs.length > 0) chosen.delete(key)
    }
  }
}

/** An enum that the design does not have stays as long as something needs it. */
function keepUsedEnums({ current, made, encode, enums }: Merge, chosen: Map<string, Chosen>): void {
  for (const fact of current.facts.facts()) {
    const id = fact.id as unknown as Parts
    if (id.kind !== 'type' || fact.payload.variant !== 'enum' || enums.has(keyOf(id))) continue
    const isUsed = [current.facts, made.facts].some((facts) =>
      facts
        .incomingEdges(fact.id)
        .some(({ from }) => chosen.get(encode(from))?.from === facts && from.kind !== 'acl' && from.kind !== 'comment'),
    )
    if (isUsed) chosen.set(encode(fact.id), { fact, from: current.facts })
  }
}

function edgesOf({ current, made, encode }: Merge, chosen: ReadonlyMap<string, Chosen>): DependencyEdge[] {
  return [current.facts, made.facts].flatMap((facts) =>
    facts.edges.filter(({ from, to }) => chosen.get(encode(from))?.from === facts && chosen.has(encode(to))),
  )
}
