import type { Action, Fact } from '@supabase/pg-delta'
import { type FactBase, loadLibrary } from './facts.ts'

/** A change of type with the collation that the column is to have: without it PostgreSQL takes that of the type. */
export function withCollation(sql: string, { consumes }: Action, to: FactBase): string {
  const [, alteration, using = ''] = /^(ALTER TABLE .* ALTER COLUMN .* TYPE .*?)( USING .*)?$/s.exec(sql) ?? []
  const column = consumes.find(({ kind }) => kind === 'column')
  const collation = column === undefined ? null : to.get(column)?.payload.collation
  if (alteration === undefined || typeof collation !== 'string') return sql
  return `${alteration} COLLATE ${collation}${using}`
}

/**
 * What there is, with the collations that columns have once they have another type: with two differences the library
 * drops such a column, and its values with it.
 */
export async function collatedAs(from: FactBase, to: FactBase): Promise<FactBase> {
  const { buildFactBase } = await loadLibrary()
  const collated = new Map<Fact, Fact>()
  for (const fact of from.facts()) {
    const then = fact.id.kind === 'column' ? to.get(fact.id)?.payload : undefined
    const { payload } = fact
    if (then === undefined || payload.type === then.type || payload.collation === then.collation) continue
    collated.set(fact, { ...fact, payload: { ...payload, collation: then.collation ?? null } })
  }
  if (collated.size === 0) return from
  return buildFactBase(
    from.facts().map((fact) => collated.get(fact) ?? fact),
    [...from.edges],
  )
}
