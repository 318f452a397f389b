import type { Action, StableId } from '@supabase/pg-delta'
import { keyOf } from '../../core/sql/qualified-name.ts'
import type { FactBase } from './facts.ts'

interface Drop {
  readonly table: string
  readonly action: Action
}

/** A foreign key of a table that is dropped. */
interface Key extends Drop {
  /** The tables that it needs. */
  readonly to: ReadonlySet<string>
}

/**
 * The same actions, in which a table is dropped before those that it refers to, and its foreign keys go with it. Only
 * where tables stand in a circle some keys go first.
 */
export function inDropOrder(actions: readonly Action[], facts: FactBase): Action[] {
  const drops = new Map(actions.flatMap((action) => dropOf(action) ?? []).map((drop) => [drop.action, drop]))
  const dropped = new Set([...drops.values()].map(({ table }) => table))
  const keys = actions.flatMap((action) => keyIn(action, facts) ?? []).filter(({ table }) => dropped.has(table))
  const idle = new Set(keys.map(({ action }) => action))
  const done: Action[] = []
  const needed = new Set<Action>()
  const gone = new Set<string>()
  let run: Drop[] = []
  const close = () => {
    const { order, circular } = childrenFirst(run, keys)
    for (const { action } of circular) needed.add(action)
    for (const { table, action, to } of keys) {
      if (run.some((drop) => drop.table === table) && [...to].some((one) => gone.has(one))) needed.add(action)
    }
    for (const { table } of order) gone.add(table)
    done.push(...order.map(({ action }) => action))
    run = []
  }
  for (const action of actions) {
    const drop = drops.get(action)
    if (drop !== undefined) run.push(drop)
    else if (!idle.has(action)) {
      close()
      const freed = keysFreedBy(action, facts)
      for (const { table, action: key, to } of keys) {
        if (!gone.has(table) && freed.some((one) => to.has(one))) needed.add(key)
      }
      done.push(action)
    }
  }
  close()
  return [...needed, ...done]
}

function dropOf(action: Action): Drop | null {
  const table = action.destroys.find(({ kind }) => kind === 'table')
  return table === undefined || !/^DROP TABLE /.test(action.sql) ? null : { table: tableOf(table), action }
}

function keyIn(action: Action, facts: FactBase): Key | null {
  const id = action.destroys.find((one) => one.kind === 'constraint' && facts.get(one)?.payload.type === 'f')
  if (id === undefined || !/^ALTER TABLE .* DROP CONSTRAINT /s.test(action.sql)) return null
  const needs = facts.outgoingEdges(id).flatMap(({ kind, to }) => (kind === 'depends' ? [tableOf(to)] : []))
  return { action, table: tableOf(id), to: new Set(needs) }
}

/** The tables of which it drops a key that a foreign key may stand on. */
function keysFreedBy({ destroys }: Action, facts: FactBase): string[] {
  return destroys.flatMap((id) => {
    const type = id.kind === 'constraint' ? facts.get(id)?.payload.type : null
    return type === 'p' || type === 'u' ? [tableOf(id)] : []
  })
}

/** The table that something is, or is a part of, by key; empty for none. */
function tableOf(id: StableId): string {
  if (id.kind === 'table') return keyOf(id)
  return 'table' in id && 'schema' in id ? keyOf({ schema: id.schema, name: id.table }) : ''
}

/** Tables in an order in which none is dropped while another one refers to it, but for the circular keys. */
function childrenFirst(run: readonly Drop[], keys: readonly Key[]): { order: Drop[]; circular: Key[] } {
  const order: Drop[] = []
  const circular: Key[] = []
  let left = [...run]
  while (left.length > 0) {
    const here = new Set(left.map(({ table }) => table))
    const open = keys.filter((key) => here.has(key.table) && !circular.includes(key))
    const isFree = ({ table }: Drop) => !open.some((key) => key.table !== table && key.to.has(table))
    const free = left.filter(isFree)
    const next = free.length > 0 ? free : left.slice(0, 1)
    if (free.length === 0) {
      const [{ table } = { table: '' }] = next
      circular.push(...open.filter((key) => key.table !== table && key.to.has(table)))
    }
    order.push(...next)
    left = left.filter((drop) => !next.includes(drop))
  }
  return { order, circular }
}
