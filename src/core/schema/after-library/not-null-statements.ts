import { keyOf } from '../../sql/qualified-name.ts'
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../sql/quoting.ts'
import { type Catalog, type Table, tablesByKey } from '../catalog.ts'
import { type Change, plainChange } from '../generated-statement.ts'
import { isAutomatic, keepNotNulls, type NotNull, notNullsIn } from '../not-null.ts'

/**
 * Statements for NOT NULL of columns that a parent has too, which the library does not look at, and for the constraints of
 * columns that are NOT NULL in both: names, comments, and what else they say.
 */
export function notNullStatements(have: Catalog, want: Catalog): Change[] {
  const before = tablesByKey(have)
  const pairs = want.tables.flatMap((table) => {
    const known = before.get(keyOf(table))
    return known === undefined ? [] : [[known, table] as const]
  })
  const [now, then] = [notNullsIn(have), notNullsIn(want)]
  const named = keepNotNulls(have, want) ? pairs : []
  return [
    ...pairs.flatMap(([known, table]) => inheritedSql(known, table, true)),
    ...named.flatMap(([known, table]) =>
      columnsOf(known, table, have, want).flatMap((column) =>
        statementsOf(table, column, now(known, column), then(table, column)).map((sql) =>
          plainChange(sql, keyOf(table)),
        ),
      ),
    ),
    ...pairs.flatMap(([known, table]) => inheritedSql(known, table, false)),
  ]
}

function inheritedSql(known: Table, table: Table, notNull: boolean): Change[] {
  if (table.inherits.length === 0) return []
  const alter = `ALTER TABLE ${quoteQualified(table.schema, table.name)} ALTER COLUMN`
  return table.columns.flatMap((fresh) => {
    const old = known.columns.find(({ name }) => name === fresh.name)
    return old === undefined || old.notNull === fresh.notNull || fresh.notNull !== notNull
      ? []
      : [plainChange(`${alter} ${quoteIdentifier(fresh.name)} ${notNull ? 'SET' : 'DROP'} NOT NULL`, keyOf(table))]
  })
}

/** Those of a partition are in no list: what is said of them is a detail. */
function columnsOf(known: Table, table: Table, have: Catalog, want: Catalog): string[] {
  if (table.kind === 'partition') {
    const key = keyOf(table)
    const [old, fresh] = [have, want].map(({ details }) =>
      details.flatMap((item) =>
        item.kind === 'column' && item.table === key && item.properties.nullability === 'not null'
          ? [String(item.path[1])]
          : [],
      ),
    )
    return fresh?.filter((name) => old?.includes(name)) ?? []
  }
  return table.columns.flatMap(({ name, notNull }) => {
    const old = known.columns.find((one) => one.name === name)
    // One that a parent has too is NOT NULL by now.
    return notNull && old !== undefined && (old.notNull || table.inherits.length > 0) ? [name] : []
  })
}

function statementsOf({ schema, name }: Table, column: string, old: NotNull, fresh: NotNull): string[] {
  const alter = `ALTER TABLE ${quoteQualified(schema, name)}`
  const called = quoteIdentifier(isAutomatic(old.name) && isAutomatic(fresh.name) ? old.name : fresh.name)
  const comment = (before: string | null) =>
    before === fresh.comment
      ? []
      : [`COMMENT ON CONSTRAINT ${called} ON ${quoteQualified(schema, name)} IS ${quoteLiteral(fresh.comment)}`]
  if (fresh.notValid && !old.notValid) {
    const inherit = fresh.noInherit ? ' NO INHERIT' : ''
    return [
      `${alter} ALTER COLUMN ${quoteIdentifier(column)} DROP NOT NULL`,
      `${alter} ADD CONSTRAINT ${called} NOT NULL ${quoteIdentifier(column)}${inherit} NOT VALID`,
      ...comment(null),
    ]
  }
  const was = quoteIdentifier(old.name)
  return [
    ...(was === called ? [] : [`${alter} RENAME CONSTRAINT ${was} TO ${called}`]),
    ...(old.notValid && !fresh.notValid ? [`${alter} VALIDATE CONSTRAINT ${called}`] : []),
    ...(old.noInherit === fresh.noInherit
      ? []
      : [`${alter} ALTER CONSTRAINT ${called} ${fresh.noInherit ? 'NO INHERIT' : 'INHERIT'}`]),
    ...comment(old.comment),
  ]
}
