import type { DependencyEdge, StableId } from '@supabase/pg-delta'
import { tablesByKey } from '../../core/schema/catalog.ts'
import type { TargetSchema } from '../../core/schema/target-schema.ts'
import { keyOf } from '../../core/sql/qualified-name.ts'
import type { Chosen, Merge, SideFacts } from './fact-merge.ts'
import { type FactBase, loadLibrary } from './facts.ts'
import { keptFact } from './kept-facts.ts'
import { isTaken } from './taken-facts.ts'

/**
 * What the database shall be, as facts: those of the current one, but for the parts of tables that shall be others;
 * these come from the database of the design. What stands on something that goes, goes with it.
 */
export async function targetFacts(current: SideFacts, made: SideFacts, target: TargetSchema): Promise<FactBase> {
  const { buildFactBase, encodeId: encode } = await loadLibrary()
  const merge: Merge = {
    current,
    made,
    have: tablesByKey(current.catalog),
    fresh: tablesByKey(made.catalog),
    want: new Map(target.tables.map((table) => [keyOf(table), table])),
    enums: new Map(target.enums.map((item) => [keyOf(item), item.labels])),
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

interface Commented {
  readonly id: StableId
  readonly comment: string | null
}

/** Comments on what had none, or is new. */
function addComments({ want, encode }: Merge, chosen: Map<string, Chosen>): void {
  for (const { schema, name: table, comment, columns, indexes, constraints } of want.values()) {
    const targets: readonly Commented[] = [
      { id: { kind: 'table', schema, name: table }, comment },
      ...columns.map((item): Commented => ({ id: { kind: 'column', schema, table, name: item.name }, ...item })),
      ...indexes.map((item): Commented => ({ id: { kind: 'index', schema, name: item.name }, ...item })),
      ...constraints.map(
        (item): Commented => ({ id: { kind: 'constraint', schema, table, name: item.name }, ...item }),
      ),
    ]
    for (const { id: parent, comment: text } of targets) {
      const id: StableId = { kind: 'comment', target: parent }
      const owner = chosen.get(encode(parent))
      if (text === null || owner === undefined || chosen.has(encode(id))) continue
      chosen.set(encode(id), { fact: { id, parent, payload: { text } }, from: owner.from })
    }
  }
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
    const { id } = fact
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
