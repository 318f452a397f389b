import type { Migration } from '../../core/migration/migration.ts'
import { type LostRows, lostRows, type TableContent } from '../../core/rows/lost-rows.ts'
import type { Client } from '../driver/pg.ts'
import type { runWithin, SectionFailure } from '../proof/run-section.ts'
import type { FilledTable } from './fill-table.ts'

/** Which section did not run on rows, and why. */
export interface RowFailure {
  readonly section: 'up' | 'down' | 'up-again'
  readonly failure: SectionFailure
}

export type RunSection = typeof runWithin

/** What became of a migration on rows. */
export interface RunOnRows {
  readonly failed: RowFailure | null
  readonly lost: readonly LostRows[]
}

/**
 * Runs UP, DOWN and UP on what is in the database.
 * @param tables whose rows are to be compared.
 */
export async function runOnRows(
  client: Client,
  file: Migration,
  tables: readonly FilledTable[],
  run: RunSection,
): Promise<RunOnRows> {
  const { up, down } = file
  const fail = (section: RowFailure['section'], failure: SectionFailure): RunOnRows => ({
    failed: { section, failure },
    lost: [],
  })
  const before = await contents(client, tables)
  const upFails = await run(client, file, up)
  if (upFails !== null) return fail('up', upFails)
  if (down === null) return { failed: null, lost: [] }
  const afterUp = await contents(client, tables)
  const downFails = await run(client, file, down)
  if (downFails !== null) return fail('down', downFails)
  const afterDown = await contents(client, tables)
  const upAgainFails = await run(client, file, up)
  if (upAgainFails !== null) return fail('up-again', upAgainFails)
  const lost = tables.flatMap(({ table }, i) => {
    const [was, between, is] = [before[i], afterUp[i] ?? null, afterDown[i]]
    // A table that is not there after DOWN is a difference of the schema.
    if (was == null || is == null) return []
    return (
      lostRows(`${table.schema}.${table.name}`, table.primaryKey, { before: was, afterUp: between, afterDown: is }) ??
      []
    )
  })
  return { failed: null, lost }
}

async function contents(client: Client, tables: readonly FilledTable[]): Promise<(TableContent | null)[]> {
  if (tables.length === 0) return []
  const { rows } = await client.query<{ content: (TableContent | null)[] }>({
    text: 'SELECT nself.table_rows($1) AS content',
    values: [tables.map(({ table }) => table.sql)],
  })
  return rows[0]?.content ?? []
}
