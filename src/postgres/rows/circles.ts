import { companions, standing } from '../../core/rows/circle-rows.ts'
import { isNeeded } from '../../core/rows/fill-order.ts'
import type { FillableTable, ForeignKey } from '../../core/rows/table-facts.ts'
import { shortName } from '../../core/sql/qualified-name.ts'
import { quoteIdentifier } from '../../core/sql/quoting.ts'
import type { Client } from '../driver/pg.ts'
import { send } from '../driver/send.ts'
import { type FilledRow, type FilledTable, type FillFacts, fillTable } from './fill-table.ts'

/** A foreign key that waits until all rows of its circle are in. */
export interface WaitingKey extends ForeignKey {
  readonly table: FillableTable
}

/** What is in the tables of a circle. */
export interface FilledCircle {
  readonly tables: readonly FilledTable[]
  readonly keys: readonly WaitingKey[]
  readonly companions: readonly [FilledRow, readonly FilledRow[]][]
}

/**
 * Fills tables each of which cannot do without a row of the next: keys to tables that come later are made up, and those take
 * them over. Rows that still refer to nothing are left out.
 * @throws what the server says.
 */
export async function fillCircle(
  client: Client,
  circle: readonly FillableTable[],
  facts: FillFacts,
): Promise<FilledCircle> {
  const keys = earlyKeys(circle)
  const found: FilledTable[] = []
  await client.query('SAVEPOINT nself_circle')
  await whileWaiting(client, keys, async () => {
    for (const table of circle) found.push(await fillTable(client, table, facts, { keys, filled: found }))
  })
  await client.query('ROLLBACK TO SAVEPOINT nself_circle; RELEASE SAVEPOINT nself_circle')
  const kept = standing(
    circle,
    found.flatMap(({ rows }) => rows),
  )
  const areIn = await whileWaiting(client, keys, () => insertRows(client, kept))
  const rows = areIn ? kept : []
  const tables = found.map((one): FilledTable => {
    const mine = rows.filter(({ table }) => table === one.table)
    return { ...one, rows: mine, problem: mine.length > 0 ? null : (one.problem ?? needsOthers(one.table, circle)) }
  })
  return { tables, keys: areIn ? keys : [], companions: companions(circle, rows) }
}

/** Those to tables that come later. */
function earlyKeys(circle: readonly FillableTable[]): WaitingKey[] {
  return circle.flatMap((table, at) =>
    table.foreignKeys
      .filter(({ target, columns }) => {
        const later = circle.findIndex(({ oid }) => oid === target)
        return later > at && isNeeded(table, columns)
      })
      .map((key) => ({ ...key, table })),
  )
}

function needsOthers(table: FillableTable, circle: readonly FillableTable[]): string {
  const names = circle.filter((other) => other !== table).map(({ schema, name }) => shortName(schema, name))
  return `it and ${names.join(', ')} need a row of each other, for their foreign keys are NOT NULL, and none were found that go together`
}

/**
 * Inserts while foreign keys wait; afterwards they are as they were.
 * @returns false where rows refer to nothing: then nothing of it is left.
 */
export async function whileWaiting(
  client: Client,
  keys: readonly WaitingKey[],
  insert: () => Promise<void>,
): Promise<boolean> {
  if (keys.length === 0) {
    await insert()
    return true
  }
  const names = keys.map(({ table, name }) => `${quoteIdentifier(table.schema)}.${name}`).join(', ')
  const alter = (how: string) =>
    keys
      .filter(({ isDeferrable }) => !isDeferrable)
      .map(({ table, name }) => `ALTER TABLE ${table.sql} ALTER CONSTRAINT ${name} ${how}`)
  await client.query('SAVEPOINT nself_waiting')
  const start = await send(client, [...alter('DEFERRABLE'), `SET CONSTRAINTS ${names} DEFERRED`].join('; '))
  if (start.error === null) {
    await insert()
    const end = await send(client, [`SET CONSTRAINTS ${names} IMMEDIATE`, ...alter('NOT DEFERRABLE')].join('; '))
    if (end.error === null) return true
  }
  await client.query('ROLLBACK TO SAVEPOINT nself_waiting')
  return false
}

/** Inserts as many of these as can be. */
export async function insertRows(client: Client, rows: readonly FilledRow[]): Promise<void> {
  await client.query({ text: 'SELECT nself.insert_rows($1)', values: [rows.map(({ sql }) => sql)] })
}
