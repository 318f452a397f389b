import { keyOf, splitDotted } from '../sql/qualified-name.ts'
import { quoteLiteral, unquoteIdentifier } from '../sql/quoting.ts'
import { type Catalog, tablesByKey } from './catalog.ts'
import type { Change } from './generated-statement.ts'

const name = '(?:"(?:[^"]|"")*"|[\\w$]+)'
const retyped = new RegExp(
  `^(ALTER TABLE (?:ONLY )?(${name}\\.${name}) ALTER COLUMN (${name}) TYPE (timestamp.*?)) USING (.*)::timestamp[^:]*$`,
  's',
)
const isZoned = (type: string) => /^timestamp(?:\(\d\))? with time zone$|^timestamptz(?:\(\d\))?$/.test(type)
const isPlain = (type: string) => /^timestamp(?:\(\d\))?(?: without time zone)?$/.test(type)

/**
 * The same statements, where a time without a zone becomes one with it, or the other way round, by a zone that is named:
 * a mere cast takes that of whatever session runs it.
 * @param before the catalog that they find.
 */
export function withTimeZone(changes: readonly Change[], before: Pick<Catalog, 'tables'>, zone: string): Change[] {
  const tables = tablesByKey(before)
  return changes.map((change) => {
    const [, start, path = '', column = '', type = '', value] = retyped.exec(change.sql) ?? []
    if (start === undefined) return change
    const [schema = '', table = ''] = splitDotted(path) ?? []
    const old = tables
      .get(keyOf({ schema, name: table }))
      ?.columns.find((one) => one.name === unquoteIdentifier(column))
    const was = old?.type ?? ''
    if (!(isZoned(was) && isPlain(type)) && !(isPlain(was) && isZoned(type))) return change
    return { ...change, sql: `${start} USING ${value} AT TIME ZONE ${quoteLiteral(zone)}` }
  })
}
