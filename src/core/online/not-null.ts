import { type Change, placedChange } from '../schema/generated-statement.ts'
import { ofKey, shortName } from '../sql/qualified-name.ts'
import { quoteIdentifier } from '../sql/quoting.ts'
import { helperName } from './helper-name.ts'
import { alterTable } from './shape.ts'
import type { Piece } from './stages.ts'

interface NotNullSteps {
  readonly check: Change
  readonly uncheck: Change
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
  return {
    check: placedChange(`${alter} ADD CONSTRAINT ${check} CHECK (${own} IS NOT NULL) NOT VALID`, table),
    uncheck: placedChange(`${alter} DROP CONSTRAINT ${check}`, table),
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

/** What requires a value of a column, in two files. */
export function requireValue(
  table: string,
  column: string,
  [first, second]: readonly [Piece['stage'], Piece['stage']],
): Piece[] {
  const { check, uncheck, validate, set, unset } = stepsOf(table, column)
  return [
    { stage: first, up: [check], down: [uncheck] },
    { stage: second, up: [validate, set, uncheck], down: [check, unset] },
  ]
}

/** What requires no value any more, and takes that back without blocking anybody. */
export function requireNoValue(table: string, column: string): Piece {
  const { check, uncheck, validate, set, unset } = stepsOf(table, column)
  return { stage: 'relax', up: [unset], down: [check, validate, set, uncheck] }
}
