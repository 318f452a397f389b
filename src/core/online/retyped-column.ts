import type { Column } from '../schema/catalog.ts'
import { collationSql } from '../schema/families.ts'
import { ofKey, shortName } from '../sql/qualified-name.ts'
import { quoteIdentifier, quoteQualified } from '../sql/quoting.ts'
import type { Filled } from './filled.ts'
import { helperName } from './helper-name.ts'
import { withValues } from './replace-column.ts'
import { alterTable, quotedTable } from './shape.ts'

/** A column that is to have another type, by a second one that is filled beside it and takes its name. */
export interface Retyped {
  readonly table: string
  readonly name: string
  /** What walks its table in batches. */
  readonly key: readonly string[]
  /** As it is before, and as it shall be. */
  readonly before: Column
  readonly wanted: Column
  /** What makes a value of the one type of one of the other, as ALTER TABLE has it behind USING; null for a mere assignment. */
  readonly forth: string | null
  readonly back: string | null
  /** A value of the new type may not fit the old one. */
  readonly backFails: boolean
}

/** Which of the two columns is meant: the one that is filled before the switch, or the one that is left by it. */
export type Twin = 'new' | 'old'

/** The column that is not this one of the two. */
export const otherSide = (side: Twin): Twin => (side === 'new' ? 'old' : 'new')

/** As a person names it. */
export function pathOfRetyped({ table, name }: Pick<Retyped, 'table' | 'name'>): string {
  const { schema, name: own } = ofKey(table)
  return shortName(schema, own, name)
}

/** What the second column is called while it has not the column's name. */
export function helperColumn(one: Retyped, side: Twin): string {
  return helperName('', `${side}_${one.name}`, '', pathOfRetyped(one))
}

/** The column of a side as it is made, without NOT NULL and default, but with its statistics target. */
export function addColumnSql(one: Retyped, side: Twin): string {
  const { type, collation, statistics } = side === 'new' ? one.wanted : one.before
  const column = quoteIdentifier(helperColumn(one, side))
  const collate = collation === null ? '' : ` COLLATE ${collationSql(collation)}`
  const target = statistics === null ? '' : `, ALTER COLUMN ${column} SET STATISTICS ${statistics}`
  return `${alterTable(one.table)} ADD COLUMN ${column} ${type}${collate}${target}`
}

/** Takes the column of a side away. */
export function dropColumnSql(one: Retyped, side: Twin): string {
  return `${alterTable(one.table)} DROP COLUMN IF EXISTS ${quoteIdentifier(helperColumn(one, side))}`
}

/** What the column of a side is filled with. */
export function fillOf(one: Retyped, side: Twin): Filled {
  const value = castOf(one, side, quoteIdentifier)
  return { table: one.table, name: one.name, key: one.key, column: helperColumn(one, side), value }
}

function castOf({ name, forth, back }: Retyped, side: Twin, write: (name: string) => string): string {
  const using = side === 'new' ? forth : back
  if (using === null) return write(name)
  return withValues(using, (column) => (column === name ? write(name) : null))
}

const functionOf = (one: Retyped) => {
  const { schema, name } = ofKey(one.table)
  return `${quoteQualified(schema, helperName(name, one.name, 'sync', pathOfRetyped(one)))}()`
}

/** It fires after those of the user, which may change the row. */
const triggerOf = (one: Retyped) => quoteIdentifier(helperName('', one.name, 'sync', pathOfRetyped(one), 'zz_nself'))

/** What keeps the column of a side as the other one is, whoever writes. */
export function syncSql(one: Retyped, side: Twin): string[] {
  const helper = `NEW.${quoteIdentifier(helperColumn(one, side))}`
  const value = castOf(one, side, (name) => `NEW.${quoteIdentifier(name)}`)
  const assign = `  ${helper} := ${value};`
  const body =
    side === 'old' && one.backFails
      ? ['  BEGIN', `  ${assign}`, '  EXCEPTION WHEN data_exception THEN', `    ${helper} := NULL;`, '  END;']
      : [assign]
  const made = `CREATE FUNCTION ${functionOf(one)} RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n${body.join('\n')}\n  RETURN NEW;\nEND $$`
  const trigger = `CREATE TRIGGER ${triggerOf(one)} BEFORE INSERT OR UPDATE ON ${quotedTable(one.table)} FOR EACH ROW EXECUTE FUNCTION ${functionOf(one)}`
  return [made, trigger]
}

/** Takes away what keeps one column as the other is. */
export function unsyncSql(one: Retyped): string[] {
  return [
    `DROP TRIGGER IF EXISTS ${triggerOf(one)} ON ${quotedTable(one.table)}`,
    `DROP FUNCTION IF EXISTS ${functionOf(one)}`,
  ]
}
