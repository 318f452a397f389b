import { NselfError } from '../errors.ts'
import { placedChange } from '../schema/generated-statement.ts'
import { ofKey, shortName } from '../sql/qualified-name.ts'
import { quoteIdentifier } from '../sql/quoting.ts'
import type { Filled } from './filled.ts'
import { quotedTable } from './shape.ts'
import type { Piece } from './stages.ts'
import type { TablesInUse } from './tables-in-use.ts'

/**
 * What the rows of a table can be walked by.
 * @param column what is to be filled.
 * @throws NselfError `refused` where there is no key, or one that may be empty.
 */
export function walkKeyOf(facts: TablesInUse, table: string, column: string): readonly string[] {
  const key = facts.walkKey(table)
  if (key !== null) return key
  const { schema, name } = ofKey(table)
  throw new NselfError(
    'refused',
    `${shortName(schema, name, column)} cannot change online: ${shortName(schema, name)} has no key by which batches can go through its rows`,
    {
      hint: 'nothing was written; give the table a primary key first, or UNIQUE over columns that are NOT NULL, or write the change without --online',
    },
  )
}

/** A column as the name of a file has it: `users_id`. */
export function fileWord(table: string, column: string): string {
  const { schema, name } = ofKey(table)
  return shortName(schema, name, column).replace(/\W+/g, '_').toLowerCase()
}

/** Fills what is empty on the way there; with a stage for it, on the way back alone. */
export function fillPiece(
  { table, name, key, column, value }: Filled,
  back: 'fill_back' | 'rename_back' | null = null,
): Piece {
  const helper = quoteIdentifier(column)
  const keys = key.map(quoteIdentifier)
  const walked = keys.length === 1 ? keys.join() : `(${keys.join(', ')})`
  const sql = `UPDATE ${quotedTable(table)} SET ${helper} = ${value} WHERE ${walked} BETWEEN :from AND :to AND ${helper} IS NULL`
  const change = placedChange(sql, table)
  const suffix = fileWord(table, name)
  const batch = [batchHeader(table, key)]
  if (back !== null)
    return { stage: back, up: [], down: [change], file: { suffix: `${back}_${suffix}`, up: [], down: batch } }
  const filled = { table, name, key, column, value }
  return { stage: 'fill', up: [change], down: [], file: { suffix: `fill_${suffix}`, up: batch, down: [], filled } }
}

const plain = (name: string) => (/^[a-z_][a-z0-9_$]*$/.test(name) ? name : quoteIdentifier(name))

/** What makes batches of the only statement of a section: `nself: batch public.orders by id, size 5000`. */
function batchHeader(table: string, key: readonly string[]): string {
  const { schema, name } = ofKey(table)
  const names = key.map(plain)
  const by = names.length === 1 ? names.join() : `(${names.join(', ')})`
  return `nself: batch ${plain(schema)}.${plain(name)} by ${by}, size 5000`
}
