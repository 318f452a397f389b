import type { Action } from '@supabase/pg-delta'
import type { FactBase } from './facts.ts'

/** A change of type with the collation that the column is to have: without it PostgreSQL takes that of the type. */
export function withCollation(sql: string, { consumes }: Action, to: FactBase): string {
  const [, alteration, using = ''] = /^(ALTER TABLE .* ALTER COLUMN .* TYPE .*?)( USING .*)?$/s.exec(sql) ?? []
  const column = consumes.find(({ kind }) => kind === 'column')
  const collation = column === undefined ? null : to.get(column)?.payload.collation
  if (alteration === undefined || typeof collation !== 'string') return sql
  return `${alteration} COLLATE ${collation}${using}`
}
