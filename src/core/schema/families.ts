import { keyOf } from '../sql/qualified-name.ts'
import { quoteIdentifier, quoteQualified } from '../sql/quoting.ts'
import { type Catalog, type Table, tablesByKey } from './catalog.ts'
import { type Change, plainChange } from './generated-statement.ts'

/** What a table is called in SQL. */
export const tableName = ({ schema, name }: { readonly schema: string; readonly name: string }): string =>
  quoteQualified(schema, name)

/** New tables that shall be the parent of one that is there, by key: with nothing but their columns, the rest follows. */
export function newParents(before: ReadonlyMap<string, Table>, after: ReadonlyMap<string, Table>): Map<string, Table> {
  const parents = [...before.keys()].flatMap((key) => after.get(key)?.inherits ?? [])
  const fresh = new Map<string, Table>()
  for (const parent of parents) {
    const table = after.get(keyOf(parent))
    const isPlain = table?.inherits.length === 0 && table.columns.every(({ generated }) => generated === null)
    if (table !== undefined && isPlain && !before.has(keyOf(table))) fresh.set(keyOf(table), table)
  }
  return fresh
}

/** The statement that makes such a parent. */
export function parentSql(table: Table): string {
  const columns = table.columns.map(
    ({ name, type, collation }) =>
      `${quoteIdentifier(name)} ${type}${collation === null ? '' : ` COLLATE ${collationSql(collation)}`}`,
  )
  const partitions = table.partitionKey === null ? '' : ` PARTITION BY ${table.partitionKey}`
  return `CREATE TABLE ${tableName(table)} (${columns.join(', ')})${partitions}`
}

/** What a type has by itself is the database's own. */
export function collationSql(collation: string | null): string {
  return collation === null
    ? 'pg_catalog."default"'
    : collation
        .split('.')
        .map((name) => (name.startsWith('"') ? name : quoteIdentifier(name)))
        .join('.')
}

/** Statements for parents that change, of tables whose new parents are there only now. */
export function familyStatements(have: Catalog, want: Catalog): Change[] {
  const [before, after] = [tablesByKey(have), tablesByKey(want)]
  return [...before].flatMap(([key, now]) => familySql(now, after.get(key), before).map((sql) => plainChange(sql, key)))
}

/** Parents that change, where the table itself stays. */
export function familySql(now: Table, then: Table | undefined, before: ReadonlyMap<string, Table>): string[] {
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
  const detach =
    now.kind === 'partition' && old ? [`ALTER TABLE ${tableName(old)} DETACH PARTITION ${tableName(now)}`] : []
  if (then.kind === 'partition') {
    if (fresh === undefined || !fits(fresh) || before.get(keyOf(fresh))?.kind === 'table') return []
    return [...detach, `ALTER TABLE ${tableName(fresh)} ATTACH PARTITION ${tableName(now)} ${then.partitionBound}`]
  }
  if (now.kind === 'partition') return detach
  const stay = parentsThatStay(now.inherits, then.inherits)
  const alter = `ALTER TABLE ${tableName(now)}`
  return [
    ...now.inherits.filter((one) => !stay.includes(one)).map((one) => `${alter} NO INHERIT ${tableName(one)}`),
    ...then.inherits
      .slice(stay.length)
      .filter(fits)
      .map((one) => `${alter} INHERIT ${tableName(one)}`),
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
