import type { Action, StableId } from '@supabase/pg-delta'
import type { Change } from '../../core/schema/change.ts'
import { type FactBase, loadLibrary } from './facts.ts'

/** The statements that turn one schema into the other, in an order that works. */
export async function changesBetween(from: FactBase, to: FactBase): Promise<Change[]> {
  if (from === to) return []
  const { plan } = await loadLibrary()
  const roles = [...from.facts(), ...to.facts()].flatMap(({ id }) => (id.kind === 'role' ? [id.name] : []))
  const { actions } = plan(from, to, { assumedRoles: [...new Set(roles)] })
  return actions
    .filter((action) => !isIdle(action, from))
    .map((action) => ({
      sql: withoutCutting(mended(action.sql), action, from),
      table: subjectOf(action),
      commitsFirst: action.transactionality === 'commitBoundaryAfter',
      freesKey: action.destroys.some((id) => id.kind === 'constraint' && from.get(id)?.payload.type === 'f'),
    }))
}

/** The library drops a default before it changes a type, also where there is none. */
function isIdle({ sql, consumes, destroys }: Action, from: FactBase): boolean {
  if (destroys.length > 0 || !/ALTER COLUMN (?:"(?:[^"]|"")*") DROP DEFAULT$/.test(sql)) return false
  const column = consumes.find((id) => id.kind === 'column')
  return column !== undefined && !from.has({ ...column, kind: 'default' } as StableId)
}

function mended(sql: string): string {
  return (
    sql
      // An index on a partitioned table is meant for its partitions too.
      .replace(/^(CREATE (?:UNIQUE )?INDEX (?:"(?:[^"]|"")*"|\S+) ON) ONLY /, '$1 ')
      .replaceAll('__pgdelta_replaced', '__old')
  )
}

const text = /^(?:character varying|character|text)(?:\(\d+\))?$/

/** A cast that is written out cuts what is too long without a word; the one that ALTER makes by itself refuses it. */
function withoutCutting(sql: string, { consumes }: Action, from: FactBase): string {
  const type = /^(ALTER TABLE .* ALTER COLUMN .* TYPE (.*?)) USING .*$/s.exec(sql)
  const column = consumes.find((id) => id.kind === 'column')
  const before = column === undefined ? undefined : from.get(column)?.payload.type
  return type !== null && typeof before === 'string' && text.test(before) && text.test(type[2] as string)
    ? (type[1] as string)
    : sql
}

/** The table that a statement is about, as `schema.name`. */
function subjectOf({ produces, consumes, destroys }: Action): string | null {
  for (const id of [...produces, ...destroys, ...consumes]) {
    const target = id.kind === 'comment' || id.kind === 'acl' ? id.target : id
    if (target.kind === 'table') return `${target.schema}.${target.name}`
    if ('table' in target && 'schema' in target) return `${target.schema}.${target.table}`
  }
  return null
}
