import { keyOf } from '../../sql/qualified-name.ts'
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../sql/quoting.ts'
import { methodOf } from '../after-library/other-statements.ts'
import { type Catalog, type Column, ownInherited, type Table, tablesByKey } from '../catalog.ts'
import { collationSql, familySql, newParents, parentSql, tableName } from '../families.ts'
import { type Change, plainChange } from '../generated-statement.ts'
import { isAutomatic, keepNotNulls, notNullsIn } from '../not-null.ts'
import { constraintText, indexText, type KeyRename, keyRenameSql, renamedPairs } from '../renamed-keys.ts'

/** Statements that belong together: all of them, or none. */
export type FirstStep = readonly Change[]

/**
 * What is to be done to tables before all else, for it keeps rows, or a scan, that dropping and making again would cost:
 * attach and detach, inherit, rename, validate, turn into a plain column, collate.
 */
export function relationSteps(have: Catalog, want: Catalog): FirstStep[] {
  const [before, after] = [tablesByKey(have), tablesByKey(want)]
  const own = [ownInherited(have), ownInherited(want)] as const
  const notNull = keepNotNulls(have, want) ? notNullsIn(want) : null
  const parents = newParents(before, after)
  const known = new Map([...before, ...parents])
  const made = [...parents].map(([key, table]) => [plainChange(parentSql(table), key)])
  const changed = [...before].flatMap(([key, now]) => {
    const then = after.get(key)
    const [ownNow, ownThen] = own.map((columns) => columns.get(key))
    const sql = [
      ...familySql(now, then, known),
      ...(then !== undefined && ownThen !== undefined && (ownNow?.size ?? 0) < ownThen.size
        ? leaveAndComeSql(now, then, before, ownThen)
        : []),
      ...(then === undefined || notNull === null ? [] : notNullSql(now, then, notNull)),
      ...(then === undefined ? [] : stayingSql(have, now, then)),
    ]
    return sql.map((one) => [plainChange(one, key)])
  })
  return [...made, ...changed]
}

const stayingSql = (have: Catalog, now: Table, then: Table) => [
  ...columnSql(now, then),
  ...constraintSql(now, then),
  ...indexSql(now, then),
  // An access method may be about to be dropped.
  ...methodOf(have, now, then),
]

/** A child that leaves its parents has their columns of its own, and keeps them so when it comes again. */
function leaveAndComeSql(
  now: Table,
  then: Table,
  before: ReadonlyMap<string, Table>,
  own: ReadonlySet<string>,
): string[] {
  if (now.kind !== 'table' || JSON.stringify(now.inherits) !== JSON.stringify(then.inherits)) return []
  const parents = now.inherits.flatMap((parent) => before.get(keyOf(parent)) ?? [])
  const fits = parents.every(
    ({ columns, constraints }) =>
      columns.every(({ name }) => own.has(name)) && !constraints.some(({ kind }) => kind === 'check'),
  )
  const alter = `ALTER TABLE ${tableName(now)}`
  return fits
    ? [
        ...now.inherits.map((parent) => `${alter} NO INHERIT ${tableName(parent)}`),
        ...now.inherits.map((parent) => `${alter} INHERIT ${tableName(parent)}`),
      ]
    : []
}

function columnSql(now: Table, then: Table): string[] {
  const alter = (column: Column) => `ALTER TABLE ${tableName(now)} ALTER COLUMN ${quoteIdentifier(column.name)}`
  return then.columns.flatMap((fresh) => {
    const old = now.columns.find(({ name }) => name === fresh.name)
    if (old === undefined) return []
    if (
      old.generated?.kind === 'stored' &&
      fresh.generated === null &&
      fresh.identity === null &&
      old.type === fresh.type
    )
      return [`${alter(fresh)} DROP EXPRESSION`]
    if (
      old.collation !== fresh.collation &&
      old.generated === null &&
      fresh.generated === null &&
      isText(old) &&
      isText(fresh)
    )
      return [`${alter(fresh)} TYPE ${fresh.type} COLLATE ${collationSql(fresh.collation)}`]
    return []
  })
}

/** A constraint with a name of its own, or one that says more, is not to be had by SET NOT NULL. */
function notNullSql(now: Table, then: Table, notNullOf: ReturnType<typeof notNullsIn>): string[] {
  return then.columns.flatMap((fresh) => {
    const old = now.columns.find(({ name }) => name === fresh.name)
    const { name, noInherit, notValid } = notNullOf(then, fresh.name)
    if (old === undefined || old.notNull || !fresh.notNull) return []
    if (isAutomatic(name) && !noInherit && !notValid) return []
    const more = `${noInherit ? ' NO INHERIT' : ''}${notValid ? ' NOT VALID' : ''}`
    const constraint = `CONSTRAINT ${quoteIdentifier(name)} NOT NULL ${quoteIdentifier(fresh.name)}${more}`
    return [`ALTER TABLE ${tableName(now)} ADD ${constraint}`]
  })
}

const isText = ({ type }: Column) => /^(?:text|character varying|character)(?:\(\d+\))?$/.test(type)

function constraintSql(now: Table, then: Table): string[] {
  const validated = then.constraints.flatMap(({ name, definition }) => {
    const old = now.constraints.find((one) => one.name === name)
    return old?.definition === `${definition} NOT VALID`
      ? [`ALTER TABLE ${tableName(now)} VALIDATE CONSTRAINT ${quoteIdentifier(name)}`]
      : []
  })
  return [
    ...renameSql('constraint', now, renamedPairs(now.constraints, then.constraints, constraintText)),
    ...validated,
  ]
}

function indexSql(now: Table, then: Table): string[] {
  return renameSql('index', now, renamedPairs(now.indexes, then.indexes, indexText))
}

function renameSql(
  kind: KeyRename['kind'],
  { schema, name: table }: Table,
  pairs: readonly (readonly [Named, Named])[],
): string[] {
  return pairs.map(([{ name }, { name: to }]) => keyRenameSql({ kind, schema, table, name, to }, name, to))
}

interface Named {
  readonly name: string
}

/** What a new identity or serial counts from, where a column has values: behind the greatest. */
export function countOnSql(schema: string, table: string, column: string, least = '1'): string {
  const name = quoteQualified(schema, table)
  const isPlain = [schema, table].every((one) => /^[a-z_][a-z0-9_]*$/.test(one))
  const text = isPlain ? `${schema}.${table}` : name
  const values = `max(${quoteIdentifier(column)})`
  return `SELECT setval(pg_get_serial_sequence(${quoteLiteral(text)}, ${quoteLiteral(column)}), ${values}) FROM ${name} HAVING ${values} >= ${least}`
}
