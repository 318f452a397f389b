import { type Change, placedChange } from '../schema/generated-statement.ts'
import { quoteIdentifier } from '../sql/quoting.ts'
import { fillPiece, walkKeyOf } from './fill.ts'
import { requireValue } from './not-null.ts'
import { alterTable, type Shape } from './shape.ts'
import type { Recipe } from './stages.ts'
import type { TablesInUse } from './tables-in-use.ts'

const form = /^(.*?)( NOT NULL)? DEFAULT (.*?)( NOT NULL)?$/s

/** What has one value for all rows of a statement, and what stands before parentheses and is no function. */
const steady =
  /^(?:now|statement_timestamp|transaction_timestamp|current_setting|timezone|current_database|numeric|varchar|character|varying|bit|timestamp|timestamptz|time|interval)$/i

function isVolatile(value: string): boolean {
  const calls = value.replace(/'(?:[^']|'')*'/g, "''").matchAll(/([\w$]+)"?\s*\(/g)
  return [...calls].some(([, name = '']) => !steady.test(name))
}

/**
 * A column with another default for each row: new rows get it at once, those that are there in batches.
 * @param back what drops it again.
 * @throws NselfError `refused` where the table has no key to be walked by.
 */
export function filledColumn(change: Change, shape: Shape, back: Change, facts: TablesInUse): Recipe | null {
  const { table, subject, rest } = shape
  const [, type, first, value, last] = form.exec(rest) ?? []
  if (type === undefined || value === undefined || !isVolatile(value)) return null
  const [alter, column] = [alterTable(table), quoteIdentifier(subject)]
  const key = walkKeyOf(facts, table, subject)
  const isRequired = first !== undefined || last !== undefined
  return {
    pieces: [
      fillPiece({ table, name: subject, key, column: subject, value: 'DEFAULT' }),
      ...(isRequired ? requireValue(table, subject, ['check', 'validate'], true) : []),
    ],
    up: [
      placedChange(`${alter} ADD COLUMN ${column} ${type}`, change.table),
      placedChange(`${alter} ALTER COLUMN ${column} SET DEFAULT ${value}`, change.table),
    ],
    down: [back],
  }
}
