import type { Migration } from '../../core/migration/migration.ts'
import type { Client } from '../driver/pg.ts'
import { send } from '../driver/send.ts'
import type { ProofPlace } from '../proof/place.ts'
import { runAlone, runWithin } from '../proof/run-section.ts'
import { moveSequences, restoreSequences } from '../proof/sequences.ts'
import { beginSql } from '../run/transaction.ts'
import { factsFunctionSql, type NamedIn, type RowFacts, readTouched } from './facts.ts'
import { fillFunctionsSql } from './fill-functions.ts'
import type { FilledTable } from './fill-table.ts'
import { fillTables, insertAgain } from './fill-tables.ts'
import { runOnRows } from './run-on-rows.ts'
import { type RowsProof, type Trial, tryRows } from './try-rows.ts'

/** What this needs on a scratch database; copies of it have that too. */
export const rowFunctionsSql = [factsFunctionSql, fillFunctionsSql].join(';\n')

/** What fails only because rows and migration are in one transaction: pending triggers, a new value of an enum. */
const ofTransaction = new Set(['55006', '55P04', '25001', '0A000'])

/**
 * Runs a migration on awkward rows, on what those before it make, and leaves nothing of it.
 * @returns null where it touches no table that is there.
 * @throws what the server says.
 */
export async function proveOnRows(place: ProofPlace, file: Migration, namedIn: NamedIn): Promise<RowsProof | null> {
  const fits = file.up.transaction && file.down?.transaction !== false
  if (fits) {
    const found = await within(await place.client(), file, namedIn)
    if (found === null || !found.breaking.some(({ failure }) => ofTransaction.has(failure.error.code ?? '')))
      return found
  }
  return onCopies(place, file, namedIn)
}

async function within(client: Client, file: Migration, namedIn: NamedIn): Promise<RowsProof | null> {
  await client.query(beginSql)
  try {
    const facts = await readTouched(client, file, namedIn)
    return facts.tables.length === 0 ? null : await withSequences(client, facts, () => tryWithin(client, file, facts))
  } finally {
    await send(client, 'ROLLBACK')
  }
}

async function withSequences<T>(client: Client, facts: RowFacts, use: () => Promise<T>): Promise<T> {
  const marks = await moveSequences(client, sequencesOf(facts))
  try {
    return await use()
  } finally {
    await send(client, 'ROLLBACK')
    await restoreSequences(client, marks)
  }
}

async function tryWithin(client: Client, file: Migration, facts: RowFacts): Promise<RowsProof> {
  await client.query('SAVEPOINT nself_rows')
  const filling = await fillTables(client, file, facts)
  const runHere = async (compared: readonly FilledTable[]) => {
    const found = await runOnRows(client, file, compared, runWithin)
    await send(client, 'ROLLBACK TO SAVEPOINT nself_rows')
    return found
  }
  const run: Trial['run'] = async (rows, compared) => {
    await insertAgain(client, filling, rows)
    return runHere(compared)
  }
  return tryRows(file, filling, await runHere(filling.tables), { run, isCheap: true })
}

/** Each on a copy of its own: what has no transaction cannot be taken back. */
async function onCopies(place: ProofPlace, file: Migration, namedIn: NamedIn): Promise<RowsProof | null> {
  const start = await place.onCopy(async (client) => {
    const facts = await readTouched(client, file, namedIn)
    if (facts.tables.length === 0) return null
    await moveSequences(client, sequencesOf(facts))
    await client.query('BEGIN')
    const filling = await fillTables(client, file, facts)
    await client.query('COMMIT')
    return { filling, first: await runOnRows(client, file, filling.tables, runAlone) }
  })
  if (start === null) return null
  const { filling, first } = start
  const run: Trial['run'] = (rows, compared) =>
    place.onCopy(async (client) => {
      await client.query('BEGIN')
      await insertAgain(client, filling, rows)
      await client.query('COMMIT')
      return runOnRows(client, file, compared, runAlone)
    })
  return tryRows(file, filling, first, { run, isCheap: false })
}

const sequencesOf = ({ tables }: RowFacts): string[] =>
  tables.flatMap(({ columns }) => columns.flatMap(({ sequence }) => sequence ?? []))
