import type { Fact } from '@supabase/pg-delta'
import { sameList } from '../../core/schema/same-list.ts'
import type { FactBase } from './facts.ts'

/** What reads a column whose type changes, where PostgreSQL changes that only without it. */
export function readersOfRetyped(from: FactBase, to: FactBase): Fact['id'][] {
  const retyped = retypedColumns(from, to)
  const generated = from
    .facts()
    .flatMap(({ id, payload: { generatedExpr: text } }) =>
      id.kind === 'column' &&
      typeof text === 'string' &&
      retyped.some(({ schema, table, name }) => schema === id.schema && table === id.table && mentions(text, name))
        ? [id]
        : [],
    )
  return [...readersOf(from, retyped, inTheWay), ...generated]
}

/**
 * The views that read a column whose type changes, and those that change themselves. The library drops and makes them
 * itself, but not all that build on each other.
 */
export function viewsInTheWay(from: FactBase, to: FactBase): Fact['id'][] {
  const changed = from.facts().filter(({ id, payload }) => {
    const then = views.has(id.kind) ? to.get(id) : undefined
    return then !== undefined && then.payload.def !== payload.def
  })
  return [...readersOf(from, retypedColumns(from, to), views), ...changed.map(({ id }) => id)]
}

/** A server that can only be dropped and made again, and what stands on such a table; none of it has rows. */
export function withReplaced(from: FactBase, to: FactBase): Fact['id'][] {
  const isReplaced = ({ id, payload }: Fact) => {
    const then = to.get(id)?.payload
    const properties = replacing[id.kind]
    return then !== undefined && properties?.some((name) => then[name] !== payload[name]) === true
  }
  const replaced = from.facts().filter(isReplaced)
  const tables = replaced.filter(({ id }) => id.kind === 'table')
  const parts = tables.flatMap(({ id }) => [id, ...from.childrenOf(id).map((part) => part.id)])
  return [...replaced.flatMap(({ id }) => (id.kind === 'table' ? [] : [id])), ...readersOf(from, parts, withoutRows)]
}

/** What no ALTER changes. */
const replacing: Readonly<Record<string, readonly string[]>> = {
  table: ['partitionKey'],
  server: ['fdw', 'type'],
}

/** Types whose fields cannot be brought into their order where they are, and that no column is of: they are made anew. */
export function typesToMakeAnew(from: FactBase, to: FactBase): Fact['id'][] {
  return from.facts().flatMap(({ id, payload }) => {
    if (id.kind !== 'type' || payload.variant !== 'composite' || !to.has(id)) return []
    const [old, fresh] = [fieldsOf(from, id), fieldsOf(to, id)]
    const stay = old.filter((name) => fresh.includes(name))
    const isReached = sameList([...stay, ...fresh.filter((name) => !old.includes(name))], fresh)
    return isReached || isOfColumn(from, id) ? [] : [id]
  })
}

function retypedColumns(from: FactBase, to: FactBase) {
  return from.facts().flatMap(({ id, payload }) => {
    const then = id.kind === 'column' ? to.get(id) : undefined
    return id.kind === 'column' && then !== undefined && then.payload.type !== payload.type ? [id] : []
  })
}

const inTheWay: ReadonlySet<string> = new Set(['trigger', 'policy', 'rule', 'function', 'procedure'])
const views: ReadonlySet<string> = new Set(['view', 'materializedView'])
const withoutRows: ReadonlySet<string> = new Set([...views, 'function', 'procedure'])

function readersOf(facts: FactBase, ids: readonly Fact['id'][], kinds: ReadonlySet<string>): Fact['id'][] {
  return ids
    .flatMap((id) => facts.incomingEdges(id))
    .flatMap(({ kind, from: reader }) => (kind === 'depends' && kinds.has(reader.kind) ? [reader] : []))
}

function mentions(text: string, name: string): boolean {
  return new RegExp(`(?<!\\w)${name.replace(/[^\w\s]/g, '\\$&')}(?!\\w)`).test(text)
}

function fieldsOf(facts: FactBase, id: Fact['id']): string[] {
  const fields = facts.childrenOf(id).filter((child) => child.id.kind === 'typeAttribute')
  const place = ({ payload: { _position: at } }: Fact) => Number(at ?? 0)
  return fields.toSorted((a, b) => place(a) - place(b)).flatMap((child) => ('name' in child.id ? [child.id.name] : []))
}

/** Whether a table's column is of it, be it through another type. */
function isOfColumn(facts: FactBase, type: Fact['id']): boolean {
  const seen = new Map([[JSON.stringify(type), type]])
  for (const id of seen.values()) {
    if (id.kind === 'column' || id.kind === 'table' || id.kind === 'foreignTable') return true
    for (const { kind, from } of facts.incomingEdges(id)) if (kind === 'depends') seen.set(JSON.stringify(from), from)
  }
  return false
}
