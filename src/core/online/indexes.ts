import { type Change, placedChange } from '../schema/generated-statement.ts'
import { ofKey, shortName } from '../sql/qualified-name.ts'
import { quoteIdentifier, quoteQualified } from '../sql/quoting.ts'
import { helperName } from './helper-name.ts'
import type { Shape } from './shape.ts'
import type { Piece } from './stages.ts'

/** An index that comes while others read and write. */
export function createdOnline(change: Change, shape: Shape): Piece {
  return { stage: 'index', up: [created(change)], down: [droppedIndex(shape.table, shape.subject)] }
}

/** One that goes, and comes back, while others read and write. */
export function removedOnline(shape: Shape, back: Change, backShape: Shape): Piece {
  return {
    stage: 'drop_indexes',
    up: [droppedIndex(backShape.table, shape.subject)],
    down: [droppedIndex(backShape.table, shape.subject), created(back)],
  }
}

/** One that is defined anew under its name: the old one serves until the new one is there. */
export function replacedOnline(fresh: Change, shape: Shape, old: Change): Piece {
  const { schema } = ofKey(shape.table)
  const helper = helperName('', shape.subject, 'new', shortName(schema, shape.subject))
  const swap = (change: Change) => [
    created(change, helper),
    droppedIndex(shape.table, shape.subject),
    placedChange(
      `ALTER INDEX ${quoteQualified(schema, helper)} RENAME TO ${quoteIdentifier(shape.subject)}`,
      shape.table,
    ),
  ]
  return { stage: 'index', up: swap(fresh), down: [droppedIndex(shape.table, helper), ...swap(old)] }
}

const beginning = /^CREATE (UNIQUE )?INDEX ((?:"(?:[^"]|"")*"|\S+)) /

function created({ sql, table }: Change, name?: string): Change {
  const written = sql.replace(beginning, (_, unique: string | undefined, own: string) => {
    return `CREATE ${unique ?? ''}INDEX CONCURRENTLY ${name === undefined ? own : quoteIdentifier(name)} `
  })
  const fails = /^CREATE UNIQUE/.test(sql) ? 'Fails if two rows have the same values. ' : ''
  return placedChange(written, table, `${fails}Others read and write meanwhile.`)
}

/** What drops an index while others read and write; a build that stopped has left one that serves nobody, or none. */
export function droppedIndex(table: string, index: string, ...remarks: readonly string[]): Change {
  return placedChange(
    `DROP INDEX CONCURRENTLY IF EXISTS ${quoteQualified(ofKey(table).schema, index)}`,
    table,
    ...remarks,
  )
}
