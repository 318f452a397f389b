import type { Fact } from '@supabase/pg-delta'
import type { Change } from '../../core/schema/generated-statement.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { type FactBase, loadLibrary, without } from './facts.ts'
import { readersOfRetyped, typesToMakeAnew, withReplaced } from './readers-of-changed.ts'
import { changesAlong, changesBetween } from './statements.ts'

/** Locks that one migration takes at most, about: a server has some seven thousand, unless it is told otherwise. */
const locksAtOnce = 4500

/**
 * The states between two that must be committed on the way: one where new values of enums are there but not yet used,
 * then one for each few hundred of tables that go or come. Mostly there are none.
 */
export async function stagesOf(before: FactBase, after: FactBase): Promise<FactBase[]> {
  const values = await withNewValues(before, after)
  const start = values ?? before
  const going = (await tableByTable(after, start)).toReversed()
  const coming = await tableByTable(going.at(-1) ?? start, after)
  return [...(values === null ? [] : [values]), ...going, ...coming]
}

/**
 * The states on the way from one to the other and back, which one migration goes through: types first, for the library
 * then writes columns of them into CREATE TABLE; and without what would be in the way of a change of type.
 */
export async function stepsBetween(from: FactBase, to: FactBase): Promise<[up: FactBase[], down: FactBase[]]> {
  const types = await withNewTypes(from, to)
  const blocking = [...readersOfRetyped(from, to), ...typesToMakeAnew(from, to), ...withReplaced(from, to)]
  if (blocking.length === 0)
    return [
      [from, types, to],
      [to, await withNewTypes(to, from), types, from],
    ]
  const [clearFrom, clearTo] = [await without(from, blocking), await without(to, blocking)]
  return [
    [from, clearFrom, await withNewTypes(clearFrom, to), to],
    [to, clearTo, await withNewTypes(clearTo, from), types, from],
  ]
}

/** The statements that turn one schema into the other, by the states on the way. */
export async function changesInSteps(from: FactBase, to: FactBase): Promise<Change[]> {
  const [steps] = await stepsBetween(from, to)
  return changesAlong(steps)
}

/**
 * The old state with the schemas and types that are new in the other and need nothing else; the same when there are none.
 * Those of an extension come with it.
 */
async function withNewTypes(before: FactBase, after: FactBase): Promise<FactBase> {
  const { buildFactBase, encodeId } = await loadLibrary()
  const fresh = new Map<string, Fact>()
  const isNew = ({ id, parent }: Fact) =>
    !before.has(id) &&
    !after.outgoingEdges(id).some(({ kind }) => kind === 'memberOfExtension') &&
    (id.kind === 'schema' ||
      id.kind === 'type' ||
      id.kind === 'domain' ||
      ((parent?.kind === 'type' || parent?.kind === 'domain') && fresh.has(encodeId(parent))))
  for (let size = -1; size !== fresh.size; ) {
    size = fresh.size
    for (const fact of after.facts()) if (isNew(fact)) fresh.set(encodeId(fact.id), fact)
  }
  const isThere = (id: Fact['id']) => before.has(id) || fresh.has(encodeId(id))
  for (let size = -1; size !== fresh.size; ) {
    size = fresh.size
    for (const [key, { id, parent }] of fresh) {
      const needs = after.outgoingEdges(id).flatMap(({ kind, to }) => (kind === 'depends' ? [to] : []))
      if (![...needs, ...(parent === undefined ? [] : [parent])].every(isThere)) fresh.delete(key)
    }
  }
  if (fresh.size === 0) return before
  const edges = after.edges.filter(({ from, to }) => fresh.has(encodeId(from)) && (to.kind === 'role' || isThere(to)))
  return buildFactBase([...before.facts(), ...fresh.values()], [...before.edges, ...edges])
}

/** The old state with the new values of its enums, where something uses one of them; else null. */
async function withNewValues(before: FactBase, after: FactBase): Promise<FactBase | null> {
  const { buildFactBase } = await loadLibrary()
  const grown = new Map<Fact, Fact>()
  const added: string[] = []
  for (const fact of before.facts()) {
    const then = after.get(fact.id)
    if (fact.payload.variant !== 'enum' || then === undefined) continue
    const [old, now] = [labelsOf(fact), labelsOf(then)]
    const fresh = now.filter((label) => !old.includes(label))
    if (fresh.length === 0 || now.filter((label) => old.includes(label)).join('\0') !== old.join('\0')) continue
    grown.set(fact, then)
    added.push(...fresh)
  }
  if (grown.size === 0) return null
  const changes = await changesBetween(before, after)
  const uses = (sql: string) => added.some((label) => sql.includes(quoteLiteral(label)))
  if (!changes.some(({ commitsFirst, sql }) => !commitsFirst && uses(sql))) return null
  return buildFactBase(
    before.facts().map((fact) => grown.get(fact) ?? fact),
    [...before.edges],
  )
}

function labelsOf({ payload: { values } }: Fact): string[] {
  return Array.isArray(values) ? values.filter((label) => typeof label === 'string') : []
}

/** Locks that a DROP takes on account of one part of a table, which are more than those of its CREATE. */
function locksOf({ id, payload }: Fact): number {
  if (id.kind === 'table') return 6
  if (id.kind === 'column') return (payload.notNull === true ? 1 : 0) + (payload.identity == null ? 0 : 2)
  return id.kind === 'constraint' ? 2 : 1
}

function tableOf({ id, parent }: Fact): Fact['id'] | null {
  if (id.kind === 'table') return id
  if (id.kind !== 'column' && id.kind !== 'default' && id.kind !== 'constraint' && id.kind !== 'index') return null
  if (parent?.kind === 'table') return parent
  return parent?.kind === 'column' ? { kind: 'table', schema: parent.schema, name: parent.table } : null
}

/** The later state with more and more of the tables that the first one lacks. */
async function tableByTable(before: FactBase, after: FactBase): Promise<FactBase[]> {
  const { buildFactBase, encodeId } = await loadLibrary()
  const locks = new Map<string, number>()
  for (const fact of after.facts()) {
    const table = tableOf(fact)
    if (table === null || before.has(table)) continue
    locks.set(encodeId(table), (locks.get(encodeId(table)) ?? 0) + locksOf(fact))
  }
  const stageOfTable = stagesByLocks(locks)
  const last = Math.max(0, ...stageOfTable.values())
  if (last === 0) return []
  const stageOf = stagesOfFacts(after, stageOfTable, encodeId)
  const facts = after.facts().map((fact) => ({ fact, stage: stageOf(fact.id) }))
  const edges = after.edges.map((edge) => ({ edge, stage: Math.max(stageOf(edge.from), stageOf(edge.to)) }))
  return Array.from({ length: last }, (_, now) =>
    buildFactBase(
      facts.flatMap(({ fact, stage }) => (stage <= now ? [fact] : [])),
      edges.flatMap(({ edge, stage }) => (stage <= now ? [edge] : [])),
    ),
  )
}

/** In which stage a table comes, so that none takes too many locks. */
function stagesByLocks(locks: ReadonlyMap<string, number>): Map<string, number> {
  let [taken, stage] = [0, 0]
  const stages = new Map<string, number>()
  for (const [table, own] of locks) {
    taken += own
    if (taken > locksAtOnce) [taken, stage] = [own, stage + 1]
    stages.set(table, stage)
  }
  return stages
}

type Encode = (id: Fact['id']) => string

/** In which stage anything comes: not before what it is a part of and what it depends on. */
function stagesOfFacts(
  facts: FactBase,
  stageOfTable: ReadonlyMap<string, number>,
  encode: Encode,
): (id: Fact['id']) => number {
  const stages = new Map(stageOfTable)
  const stageOf = (key: string) => stages.get(key) ?? 0
  const needs = facts.facts().map(({ id, parent }) => {
    const on = facts.outgoingEdges(id).flatMap(({ kind, to }) => (kind === 'depends' ? [to] : []))
    const tables = on.flatMap((to) => stageOfTable.get(encode(tableWith(to))) ?? [])
    return {
      key: encode(id),
      least: Math.max(0, ...tables),
      on: [...(parent === undefined ? [] : [parent]), ...on].map(encode),
    }
  })
  for (let changed = true; changed; ) {
    changed = false
    for (const { key, least, on } of needs) {
      const stage = on.reduce((most, other) => Math.max(most, stageOf(other)), Math.max(least, stageOf(key)))
      if (stage === stageOf(key)) continue
      stages.set(key, stage)
      changed = true
    }
  }
  return (id) => stageOf(encode(id))
}

/** The table that something is a part of; itself where it is none. */
function tableWith(id: Fact['id']): Fact['id'] {
  return 'table' in id && 'schema' in id ? { kind: 'table', schema: id.schema, name: id.table } : id
}
