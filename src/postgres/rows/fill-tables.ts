import { sha256 } from '../../core/migration/checksum.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { fillOrder } from '../../core/rows/fill-order.ts'
import type { FillableTable } from '../../core/rows/table-facts.ts'
import { asSeeingOwner } from '../catalog/hidden-rows.ts'
import type { Client } from '../driver/pg.ts'
import { fillCircle, insertRows, type WaitingKey, whileWaiting } from './circles.ts'
import type { RowFacts } from './facts.ts'
import { type FilledRow, type FilledTable, fillTable } from './fill-table.ts'

/** What is in a database for a migration to run on. */
export interface Filling {
  readonly tables: readonly FilledTable[]
  /** Rows that only foreign keys need: they are always there. */
  readonly needed: readonly FilledRow[]
  readonly rows: readonly FilledRow[]
  /** Of rows in a circle those that they cannot be without. */
  readonly companions: ReadonlyMap<FilledRow, readonly FilledRow[]>
  /** Foreign keys that wait while rows of circles are inserted. */
  readonly waiting: readonly WaitingKey[]
}

/** Fills the tables that a migration touches and those that they refer to. @throws what the server says. */
export async function fillTables(
  client: Client,
  file: Migration,
  { tables, types, named }: RowFacts,
): Promise<Filling> {
  const facts = { types, named, seed: Number.parseInt(sha256(file.checksum).slice(0, 7), 16) }
  const filled: FilledTable[] = []
  const companions = new Map<FilledRow, readonly FilledRow[]>()
  const waiting: WaitingKey[] = []
  const fill = async () => {
    for (const group of fillOrder(tables)) {
      const [only, ...others] = group
      if (only !== undefined && others.length === 0) {
        filled.push(await fillTable(client, only, facts))
        continue
      }
      const circle = await fillCircle(client, asOne(group), facts)
      filled.push(...circle.tables)
      waiting.push(...circle.keys)
      for (const [row, others] of circle.companions) companions.set(row, others)
    }
  }
  await asSeeingOwner(client, () => atOnce(client, tables, fill))
  const rowsOf = (isTouched: boolean) =>
    filled.filter(({ table }) => table.isTouched === isTouched).flatMap(({ rows }) => rows)
  return { tables: filled, needed: rowsOf(false), rows: rowsOf(true), companions, waiting }
}

/** No row of a circle is there before those of the others: all count as touched where one does. */
function asOne(circle: readonly FillableTable[]): FillableTable[] {
  const isTouched = circle.some((table) => table.isTouched)
  return circle.map((table) => ({ ...table, isTouched }))
}

/** Inserts these rows as they were, as far as they can be without the others; what goes in a circle brings its companions. */
export async function insertAgain(
  client: Client,
  { tables, needed, companions, waiting }: Filling,
  rows: readonly FilledRow[],
): Promise<void> {
  const wanted = new Set([...needed, ...rows])
  for (const row of [...wanted]) for (const other of companions.get(row) ?? []) wanted.add(other)
  // In the order in which they were found: what others refer to comes first.
  const ordered = tables.flatMap(({ rows: all }) => all.filter((row) => wanted.has(row)))
  const insert = async () => {
    const areIn = await whileWaiting(client, waiting, () => insertRows(client, ordered))
    if (areIn) return
    await insertRows(
      client,
      ordered.filter((row) => !companions.has(row)),
    )
  }
  const all = tables.map(({ table }) => table)
  await asSeeingOwner(client, () => atOnce(client, all, insert))
}

/** The rows that are left without some, and without those that these are brought back by. */
export function rowsWithout(
  { companions }: Filling,
  rows: readonly FilledRow[],
  taken: ReadonlySet<FilledRow>,
): FilledRow[] {
  return rows.filter((row) => !taken.has(row) && !companions.get(row)?.some((other) => taken.has(other)))
}

/** Has each row looked at as it is inserted; afterwards constraints wait for COMMIT again as they do otherwise. */
async function atOnce(client: Client, tables: readonly FillableTable[], insert: () => Promise<void>): Promise<void> {
  const deferred = [...new Set(tables.flatMap((table) => table.deferred))]
  if (deferred.length === 0) return insert()
  await client.query('SET CONSTRAINTS ALL IMMEDIATE')
  await insert()
  await client.query(`SET CONSTRAINTS ${deferred.join(', ')} DEFERRED`)
}
