import type { Fact, StableId } from '@supabase/pg-delta'
import type { Catalog, Table } from '../../core/schema/catalog.ts'
import { tablesThatDiffer, withoutRelations } from '../../core/schema/without-relations.ts'
import { keyOf } from '../../core/sql/qualified-name.ts'
import { type FactBase, loadLibrary, without } from './facts.ts'
import { sequenceOwner } from './kept-facts.ts'
import type { Claim } from './scratch-copy.ts'

/** Fewer tables than these are copied in less time than it takes to find out that nobody needs them. */
const worthLeaving = 100

/**
 * Two databases without the tables that have nothing to do with their differences: they are the same on both sides, nothing
 * stands on them that differs, and nothing needs them that does or that stands on something that does.
 * @returns null where that leaves out few.
 */
export async function affectedPart(
  have: Claim,
  want: Claim,
): Promise<{ readonly have: Claim; readonly want: Catalog } | null> {
  const { encodeId } = await loadLibrary()
  const graph = new Graph([have.facts, want.facts], encodeId)
  const named = tablesThatDiffer(have.catalog, want.catalog)
  const touched = [
    ...graph.differing(),
    ...[...have.catalog.tables, ...want.catalog.tables].filter((table) => named.has(keyOf(table))).map(idOf),
  ]
  const needed = graph.neededBy(graph.standingOn(touched))
  const owned = ownedSequences(have.facts)
  const factsOf = (table: Table) => [idOf(table), ...(owned.get(keyOf(table)) ?? [])]
  const isNeeded = (table: Table) => table.kind !== 'table' || factsOf(table).some((id) => needed.has(encodeId(id)))
  const gone = have.catalog.tables.filter((table) => !isNeeded(table))
  if (gone.length < worthLeaving) return null
  const facts = await without(have.facts, gone.flatMap(factsOf))
  const views = have.facts.facts().flatMap(({ id }) => (facts.has(id) ? [] : viewKey(id)))
  const keys = new Set([...gone.map(keyOf), ...views])
  return {
    have: { facts, catalog: withoutRelations(have.catalog, keys) },
    want: withoutRelations(want.catalog, keys),
  }
}

const viewKey = (id: StableId) => (id.kind === 'view' || id.kind === 'materializedView' ? [keyOf(id)] : [])

const idOf = ({ schema, name }: Table): StableId => ({ kind: 'table', schema, name })

/** The sequences that go with a column, by the key of its table. */
function ownedSequences(facts: FactBase): Map<string, StableId[]> {
  const owned = new Map<string, StableId[]>()
  for (const { id, payload } of facts.facts()) {
    const table = id.kind === 'sequence' ? sequenceOwner(payload)?.table : undefined
    if (table !== undefined) owned.set(table, [...(owned.get(table) ?? []), id])
  }
  return owned
}

/** What stands on what, in two states of a database taken together. */
class Graph {
  private readonly bases: readonly [FactBase, FactBase]
  private readonly encode: (id: StableId) => string

  constructor(bases: readonly [FactBase, FactBase], encode: (id: StableId) => string) {
    this.bases = bases
    this.encode = encode
  }

  /** What is there on one side only, or differs in itself or a part of it; a schema is no more than a place. */
  differing(): StableId[] {
    const [one, another] = this.bases
    const isOdd = (from: FactBase, to: FactBase) => (id: StableId) =>
      !to.has(id) || from.rollupOf(id) !== to.rollupOf(id)
    const whole = (base: FactBase) =>
      base
        .facts()
        .filter((fact) => this.isWhole(fact))
        .map(({ id }) => id)
    return [...whole(one).filter(isOdd(one, another)), ...whole(another).filter(isOdd(another, one))]
  }

  /** These with their parts, and all that stands on one of them. */
  standingOn(ids: readonly StableId[]): Set<string> {
    const found = new Set<string>()
    this.walk(ids, found, (base, id) => [
      ...base.childrenOf(id).map((fact) => fact.id),
      ...base.incomingEdges(id).map(({ from }) => from),
    ])
    return found
  }

  /** These, and all that one of them or what it is a part of needs to be there. */
  neededBy(ids: ReadonlySet<string>): Set<string> {
    const found = new Set<string>()
    const start = this.bases.flatMap((base) => [...ids].flatMap((id) => base.getByEncoded(id)?.id ?? []))
    this.walk(start, found, (base, id) => {
      const { parent } = base.get(id) ?? {}
      // A part of a schema needs that, and no other part of it.
      const parts = id.kind === 'schema' ? [] : base.childrenOf(id).map((fact) => fact.id)
      return [...(parent === undefined ? [] : [parent]), ...parts, ...base.outgoingEdges(id).map(({ to }) => to)]
    })
    return found
  }

  private isWhole({ id, parent }: Fact): boolean {
    return id.kind !== 'schema' && (parent === undefined || parent.kind === 'schema')
  }

  private walk(
    ids: readonly StableId[],
    found: Set<string>,
    next: (base: FactBase, id: StableId) => readonly StableId[],
  ): void {
    const open = [...ids]
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const key = this.encode(id)
      if (found.has(key)) continue
      found.add(key)
      for (const base of this.bases) open.push(...next(base, id))
    }
  }
}
