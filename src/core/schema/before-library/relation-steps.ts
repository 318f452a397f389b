import { keyOf } from '../../sql/qualified-name.ts'
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../sql/quoting.ts'
import { type Catalog, type Column, ownInherited, type Table, tablesByKey } from '../catalog.ts'
import { type Change, plainChange } from '../generated-statement.ts'
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
  return [...before].flatMap(([key, now]) => {
    const then = after.get(key)
    const [ownNow, ownThen] = own.map((columns) => columns.get(key))
    const sql = [
      ...familySql(now, then, before),
      ...(then !== undefined && ownThen !== undefined && (ownNow?.size ?? 0) < ownThen.size
        ? leaveAndComeSql(now, then, before, ownThen)
        : []),
      ...(then === undefined ? [] : [...columnSql(now, then), ...constraintSql(now, then), ...indexSql(now, then)]),
    ]
    return sql.map((one) => [plainChange(one, key)])
  })
}

const nameOf = ({ schema, name }: { readonly schema: string; readonly name: string }) => quoteQualified(schema, name)

/** Parents that change, where the table itself stays. */
function familySql(now: Table, then: Table | undefined, before: ReadonlyMap<string, Table>): string[] {
  if (then === undefined || now.kind === 'foreign' || then.kind === 'foreign') return []
  const isSame =
    JSON.stringify([now.inherits, now.partitionBound]) === JSON.stringify([then.inherits, then.partitionBound])
  if (isSame) return []
  const fits = (parent: { readonly schema: string; readonly name: string }) => {
    const above = before.get(keyOf(parent))
    const own = now.kind === 'partition' ? before.get(keyOf(now.inherits[0] ?? parent)) : now
    return (
      above?.columns.every(({ name, type }) => own?.columns.some((one) => one.name === name && one.type === type)) ===
      true
    )
  }
  const [old, fresh] = [now.inherits[0], then.inherits[0]]
  const detach = now.kind === 'partition' && old ? [`ALTER TABLE ${nameOf(old)} DETACH PARTITION ${nameOf(now)}`] : []
  if (then.kind === 'partition') {
    if (fresh === undefined || !fits(fresh) || before.get(keyOf(fresh))?.kind === 'table') return []
    return [...detach, `ALTER TABLE ${nameOf(fresh)} ATTACH PARTITION ${nameOf(now)} ${then.partitionBound}`]
  }
  if (now.kind === 'partition') return detach
  const stay = parentsThatStay(now.inherits, then.inherits)
  const alter = `ALTER TABLE ${nameOf(now)}`
  return [
    ...now.inherits.filter((one) => !stay.includes(one)).map((one) => `${alter} NO INHERIT ${nameOf(one)}`),
    ...then.inherits
      .slice(stay.length)
      .filter(fits)
      .map((one) => `${alter} INHERIT ${nameOf(one)}`),
  ]
}

/** The first of the wanted parents, as far as they are in that order: one that comes is the last. */
function parentsThatStay(now: Table['inherits'], then: Table['inherits']): Table['inherits'] {
  const stay: Table['inherits'][number][] = []
  for (const parent of now) {
    const next = then[stay.length]
    if (next !== undefined && keyOf(next) === keyOf(parent)) stay.push(parent)
  }
  return stay
}

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
  const alter = `ALTER TABLE ${nameOf(now)}`
  return fits
    ? [
        ...now.inherits.map((parent) => `${alter} NO INHERIT ${nameOf(parent)}`),
        ...now.inherits.map((parent) => `${alter} INHERIT ${nameOf(parent)}`),
      ]
    : []
}

function columnSql(now: Table, then: Table): string[] {
  const alter = (column: Column) => `ALTER TABLE ${nameOf(now)} ALTER COLUMN ${quoteIdentifier(column.name)}`
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

const isText = ({ type }: Column) => /^(?:text|character varying|character)(?:\(\d+\))?$/.test(type)

/** What a type has by itself is the database's own. */
function collationSql(collation: string | null): string {
  return collation === null
    ? 'pg_catalog."default"'
    : collation
        .split('.')
        .map((name) => (name.startsWith('"') ? name : quoteIdentifier(name)))
        .join('.')
}

function constraintSql(now: Table, then: Table): string[] {
  const validated = then.constraints.flatMap(({ name, definition }) => {
    const old = now.constraints.find((one) => one.name === name)
    return old?.definition === `${definition} NOT VALID`
      ? [`ALTER TABLE ${nameOf(now)} VALIDATE CONSTRAINT ${quoteIdentifier(name)}`]
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
