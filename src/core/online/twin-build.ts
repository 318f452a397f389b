import { type Change, placedChange } from '../schema/generated-statement.ts'
import { ofKey, shortName } from '../sql/qualified-name.ts'
import { quoteIdentifier } from '../sql/quoting.ts'
import { type ColumnPart, definitionOf, parentOf } from './column-parts.ts'
import { addedOnline } from './constraints.ts'
import { helperName } from './helper-name.ts'
import { droppedIndex } from './indexes.ts'
import { requireValue } from './not-null.ts'
import { helperColumn, type Retyped, type Twin } from './retyped-column.ts'
import type { RetypedEnum } from './retyped-enums.ts'
import { quotedTable, type Shape } from './shape.ts'
import type { Piece } from './stages.ts'
import type { TablesInUse } from './tables-in-use.ts'

/** Columns that get another type together, for a reference joins two of them, and all that hangs on them. */
export interface Retyping {
  readonly columns: readonly Retyped[]
  readonly parts: readonly ColumnPart[]
  /** Types that take the names of others together with them. */
  readonly enums: readonly RetypedEnum[]
  readonly facts: TablesInUse
}

/** What a part is called on a side while another one has its name. */
export function helperPart({ table, name }: ColumnPart, side: Twin): string {
  const { schema, name: own } = ofKey(table)
  return helperName('', `${side}_${name}`, '', shortName(schema, own, name))
}

/** What makes the column of a side ready to take the place of the other, while others read and write. */
export function buildPieces(retyping: Retyping, side: Twin): Piece[] {
  const required = retyping.columns
    .filter(({ before, wanted }) => (side === 'new' ? wanted : before).notNull)
    .flatMap((one) => requireValue(one.table, helperColumn(one, side), ['check', 'validate'], true))
  return [...required, ...retyping.parts.flatMap((part) => partPieces(part, retyping, side))]
}

function partPieces(part: ColumnPart, { columns, facts }: Retyping, side: Twin): Piece[] {
  const { table, kind } = part
  const name = helperPart(part, side)
  const definition = definitionOf(part, side, columns, parentOf(part, facts))
  if (kind === 'check' || kind === 'reference') {
    const shape: Shape = { verb: 'add constraint', table, subject: name, rest: definition }
    return addedOnline(shape, kind === 'reference', true) ?? []
  }
  return [{ stage: 'index', up: [indexChange(part, name, definition)], down: [droppedIndex(table, name)] }]
}

const keyForm = /^(?:UNIQUE|PRIMARY KEY)( NULLS NOT DISTINCT)? (\(.*?\))( INCLUDE \(.*?\))?(.*)$/s

function indexChange({ table, kind }: ColumnPart, name: string, definition: string): Change {
  const [, nulls = '', columns = '', include = ''] = keyForm.exec(definition) ?? []
  const unique = kind === 'index' ? '' : 'UNIQUE '
  const rest = kind === 'key' ? `${columns}${include}${nulls}` : definition
  const sql = `CREATE ${unique}INDEX CONCURRENTLY ${quoteIdentifier(name)} ON ${quotedTable(table)} ${rest}`
  return placedChange(sql, table, 'Others read and write meanwhile.')
}

/** How a key is added that takes an index for its own: `PRIMARY KEY USING INDEX "…" DEFERRABLE`. */
export function keyFromIndex({ wanted, before }: ColumnPart, side: Twin, index: string): string {
  const text = side === 'new' ? wanted : before
  const deferred = keyForm.exec(text)?.[4] ?? ''
  const kind = text.startsWith('UNIQUE') ? 'UNIQUE' : 'PRIMARY KEY'
  return `${kind} USING INDEX ${quoteIdentifier(index)}${deferred}`
}
