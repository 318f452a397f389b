import { keyOf, ofKey, shortName, splitDotted } from '../sql/qualified-name.ts'
import { quoteQualified, unquoteIdentifier } from '../sql/quoting.ts'
import { type Catalog, type Table, tablesByKey } from './catalog.ts'
import { type Change, plainChange } from './generated-statement.ts'

const name = '(?:"(?:[^"]|"")*"|[\\w$]+)'
const retyped = new RegExp(
  `^ALTER TABLE (?:ONLY )?(${name}\\.${name}) ALTER COLUMN (${name}) TYPE (smallint|integer|bigint)\\b`,
)

/**
 * The same statements, where the sequence of a serial column becomes of its column's type: it would end where the values
 * of the old type end. That of an identity does so by itself.
 * @param before the tables that they find.
 */
export function withSequenceTypes(changes: readonly Change[], before: Pick<Catalog, 'tables'>): Change[] {
  const tables = tablesByKey(before)
  return changes.flatMap((change) => {
    const [, path = '', column = '', type = ''] = retyped.exec(change.sql) ?? []
    const [schema = '', table = ''] = splitDotted(path) ?? []
    const columns = tables.get(keyOf({ schema, name: table }))?.columns
    const serial = columns?.find((one) => one.name === unquoteIdentifier(column))?.serial
    return serial == null ? [change] : [change, plainChange(sequenceTypeSql(serial, type), change.table)]
  })
}

/** What gives a sequence the type of its column. */
export function sequenceTypeSql(sequence: string, type: string): string {
  const { schema, name: own } = ofKey(sequence)
  return `ALTER SEQUENCE ${quoteQualified(schema, own)} AS ${type}`
}

/** The sequences, as a person names them, whose columns get another type, so that they may as well. */
export function sequencesOfRetyped(have: Pick<Catalog, 'tables'>, wanted: readonly Table[]): ReadonlySet<string> {
  const then = tablesByKey({ tables: wanted })
  const names = have.tables.flatMap((table) =>
    table.columns.flatMap(({ name: column, type, serial, identity }) => {
      const sequence = serial ?? identity?.sequence
      const fresh = then.get(keyOf(table))?.columns.find((one) => one.name === column)
      if (sequence === undefined || fresh === undefined || fresh.type === type) return []
      const { schema, name: own } = ofKey(sequence)
      return [shortName(schema, own)]
    }),
  )
  return new Set(names)
}
