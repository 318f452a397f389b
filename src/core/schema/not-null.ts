import { keyOf } from '../sql/qualified-name.ts'
import { unquoteIdentifier } from '../sql/quoting.ts'
import type { Catalog, Column, Detail, Table } from './catalog.ts'

/** The constraint that PostgreSQL 18 and later keep for a column that is NOT NULL. */
export interface NotNull {
  readonly name: string
  readonly noInherit: boolean
  readonly notValid: boolean
  readonly comment: string | null
}

/** The property of a column's detail that has it, where it is not called as PostgreSQL calls it, or says more. */
export const notNullProperty = 'not null constraint'

const written = /^("(?:[^"]|"")*"|\S+) NOT NULL (?:"(?:[^"]|"")*"|\S+)( NO INHERIT)?( NOT VALID)?$/

/** Whether PostgreSQL may have given this name: one that it gave stays with a column or a table that is renamed. */
export const isAutomatic = (name: string): boolean => /_not_null\d*$/.test(name)

/** The properties of a detail without what only tells how PostgreSQL itself named something. */
export function propertiesToCompare({ kind, properties }: Detail): Detail['properties'] {
  const { [notNullProperty]: text, ...rest } = properties
  if (kind !== 'column' || text === undefined) return properties
  const [, name = '', ...more] = written.exec(text) ?? []
  const saysMore = more.some((words) => words !== undefined)
  return isAutomatic(unquoteIdentifier(name)) && !saysMore ? rest : properties
}

/** Looks up the constraints of columns that are NOT NULL. */
export function notNullsIn({ details }: Pick<Catalog, 'details'>): (table: Table, column: string) => NotNull {
  const known = new Map<string, NotNull>()
  for (const { kind, table, path, properties } of details) {
    const [, name, noInherit, notValid] = written.exec(properties[notNullProperty] ?? '') ?? []
    if (kind !== 'column' || name === undefined) continue
    known.set(JSON.stringify([table, path[1]]), {
      name: unquoteIdentifier(name),
      noInherit: noInherit !== undefined,
      notValid: notValid !== undefined,
      comment: properties['not null comment'] ?? null,
    })
  }
  return (table, column) => known.get(JSON.stringify([keyOf(table), column])) ?? usual(table, column)
}

const usual = (table: Table, column: Column['name']): NotNull => ({
  name: `${table.name}_${column}_not_null`,
  noInherit: false,
  notValid: false,
  comment: null,
})

/** Whether both servers keep such constraints. */
export const keepNotNulls = (...catalogs: readonly Catalog[]): boolean =>
  catalogs.every(({ serverVersion }) => serverVersion >= 180_000)
