import { type Change, placedChange } from '../schema/generated-statement.ts'
import { ofKey, shortName } from '../sql/qualified-name.ts'
import { quoteIdentifier } from '../sql/quoting.ts'
import { helperName } from './helper-name.ts'
import { rowsFirst } from './rows-first.ts'
import { alterTable } from './shape.ts'
import type { Piece } from './stages.ts'

interface NotNullSteps {
  readonly look: Change
  readonly check: Change
  readonly uncheck: Change
  /** The same as `check`, also where it is there already. */
  readonly recheck: Change
  readonly validate: Change
  readonly set: Change
  readonly unset: Change
}

/** NOT NULL by a CHECK: PostgreSQL does not read the table again for what a validated one says. */
function stepsOf(table: string, column: string): NotNullSteps {
  const { schema, name } = ofKey(table)
  const path = shortName(schema, name, column)
  const [alter, check] = [alterTable(table), quoteIdentifier(helperName('', column, 'not_null', path))]
  const own = quoteIdentifier(column)
  const rule = `CHECK (${own} IS NOT NULL) NOT VALID`
  return {
    look: rowsFirst(table, `${own} IS NULL`, `NOT NULL of ${column}`),
    check: placedChange(`${alter} ADD CONSTRAINT ${check} ${rule}`, table),
    uncheck: placedChange(`${alter} DROP CONSTRAINT IF EXISTS ${check}`, table),
    recheck: placedChange(`${alter} DROP CONSTRAINT IF EXISTS ${check}, ADD CONSTRAINT ${check} ${rule}`, table),
    validate: placedChange(
      `${alter} VALIDATE CONSTRAINT ${check}`,
      table,
      'Fails if any row has no value here: fill the column first. Others read and write meanwhile.',
    ),
    set: placedChange(
      `${alter} ALTER COLUMN ${own} SET NOT NULL`,
      table,
      'Quick: the constraint above says it already.',
    ),
    unset: placedChange(`${alter} ALTER COLUMN ${own} DROP NOT NULL`, table),
  }
}

/**
 * What requires a value of a column, in two files.
 * @param isFilled it has one in all rows.
 */
export function requireValue(
  table: string,
  column: string,
  [first, second]: readonly [Piece['stage'], Piece['stage']],
  isFilled = false,
): Piece[] {
  const { look, check, uncheck, recheck, validate, set, unset } = stepsOf(table, column)
  return [
    { stage: first, up: isFilled ? [check] : [look, check], down: [uncheck] },
    { stage: second, up: [validate, set, uncheck], down: [recheck, unset] },
  ]
}

/** What requires no value any more, and takes that back without blocking anybody. */
export function requireNoValue(table: string, column: string): Piece {
  const { look, uncheck, recheck, validate, set, unset } = stepsOf(table, column)
  return { stage: 'relax', up: [unset], down: [look, recheck, validate, set, uncheck] }
}
