import { sha256 } from '../../core/migration/checksum.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { circleOf, fillOrder } from '../../core/rows/fill-order.ts'
import type { FillableTable } from '../../core/rows/table-facts.ts'
import { shortName } from '../../core/sql/qualified-name.ts'
import { asSeeingOwner } from '../catalog/hidden-rows.ts'
import type { Client } from '../driver/pg.ts'
import type { RowFacts } from './facts.ts'
import { type FilledRow, type FilledTable, fillTable } from './fill-table.ts'

/** What is in a database for a migration to run on. */
export interface Filling {
  readonly tables: readonly FilledTable[]
  /** Rows that only foreign keys need: they are always there. */
  readonly needed: readonly FilledRow[]
  readonly rows: readonly FilledRow[]
}

/** Fills the tables that a migration touches and those that they refer to. @throws what the server says. */
export async function fillTables(client: Client, file: Migration, { tables, types }: RowFacts): Promise<Filling> {
  const seed = Number.parseInt(sha256(file.checksum).slice(0, 7), 16)
  const filled: FilledTable[] = []
  const ordered = fillOrder(tables)
  const fill = async () => {
    for (const table of ordered) {
      const found = await fillTable(client, table, types, seed)
      const circle = found.problem === null ? [] : circleOf(table, ordered)
      filled.push(circle.length === 0 ? found : { ...found, problem: inCircle(circle) })
    }
  }
  await asSeeingOwner(client, () => atOnce(client, tables, fill))
  const rowsOf = (isTouched: boolean) =>
    filled.filter(({ table }) => table.isTouched === isTouched).flatMap(({ rows }) => rows)
  return { tables: filled, needed: rowsOf(false), rows: rowsOf(true) }
}

function inCircle(tables: readonly FillableTable[]): string {
  const names = tables.map(({ schema, name }) => shortName(schema, name)).join(', ')
  return `it and ${names} need a row of each other, for their foreign keys are NOT NULL`
}

/** Inserts these rows as they were, as far as they can be without the others. */
export async function insertAgain(
  client: Client,
  { tables, needed }: Filling,
  rows: readonly FilledRow[],
): Promise<void> {
  const wanted = new Set([...needed, ...rows])
  // In the order in which they were found: what others refer to comes first.
  const sql = tables.flatMap(({ rows: all }) => all.filter((row) => wanted.has(row)).map((row) => row.sql))
  const insert = async () => {
    await client.query({ text: 'SELECT nself.insert_rows($1)', values: [sql] })
  }
  const all = tables.map(({ table }) => table)
  await asSeeingOwner(client, () => atOnce(client, all, insert))
}

/** Has each row looked at as it is inserted; afterwards constraints wait for COMMIT again as they do otherwise. */
async function atOnce(client: Client, tables: readonly FillableTable[], insert: () => Promise<void>): Promise<void> {
  const deferred = [...new Set(tables.flatMap((table) => table.deferred))]
  if (deferred.length === 0) return insert()
  await client.query('SET CONSTRAINTS ALL IMMEDIATE')
  await insert()
  await client.query(`SET CONSTRAINTS ${deferred.join(', ')} DEFERRED`)
}
