import { type Change, placedChange } from '../schema/generated-statement.ts'
import { ofKey, shortName } from '../sql/qualified-name.ts'
import { quoteLiteral } from '../sql/quoting.ts'
import { quotedTable } from './shape.ts'

/**
 * Stops before a rule is there where a row breaks it: PostgreSQL asks an old row for a rule that is NOT VALID as soon as it
 * is written, so that the application would fail at it.
 * @param broken what is true of such a row.
 * @param name of the rule or the column, as a person names it within its table.
 */
export function rowsFirst(table: string, broken: string, name: string): Change {
  const { schema, name: own } = ofKey(table)
  const message = quoteLiteral(`rows of ${shortName(schema, own)} break ${name}`)
  const hint = quoteLiteral(`fix them first: SELECT * FROM ${quotedTable(table)} WHERE ${broken}`)
  const body = `IF EXISTS (SELECT FROM ${quotedTable(table)} WHERE ${broken}) THEN RAISE check_violation USING MESSAGE = ${message}, HINT = ${hint}; END IF;`
  const quote = body.includes('$$') ? '$rows_first$' : '$$'
  const sql = `DO ${quote} BEGIN ${body} END ${quote}`
  return placedChange(sql, table, 'Stops here if a row breaks the rule. Others read and write meanwhile.')
}
