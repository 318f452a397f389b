import type { Batch, KeyBatch } from '../../core/migration/batch.ts'
import { fillBatch } from '../../core/migration/batch-section.ts'
import type { Section } from '../../core/migration/section.ts'
import type { Client } from '../driver/pg.ts'
import { type ServerError, send } from '../driver/send.ts'
import { type BatchStatement, batchStatement, placed } from '../run/batch-transaction.ts'
import type { Failed } from '../run/transaction.ts'
import { endless, keySql, nextKeys, readWalkedTable, rowsAtMost, type WalkedTable } from '../run/walked-table.ts'

/** Runs a section in batches on a database that is dropped afterwards: nothing is recorded, and nothing resumes. */
export async function runBatches(client: Client, section: Section, batch: Batch): Promise<Failed | null> {
  const statement = batchStatement(section)
  const table = await readWalkedTable(client, batch)
  if (table instanceof Error) return stopped(statement, table)
  return batch.kind === 'by-key' ? byKey(client, statement, table, batch) : untilNone(client, statement, table)
}

const stopped = ({ message }: BatchStatement, error: ServerError): Failed => ({
  message,
  outcome: { error, completed: 0 },
})

async function byKey(
  client: Client,
  statement: BatchStatement,
  table: WalkedTable,
  { size }: KeyBatch,
): Promise<Failed | null> {
  let range = await nextKeys(client, table, null, size)
  while (range !== null) {
    if (range instanceof Error) return stopped(statement, range)
    const ends = { from: keySql(table.key, range.from), to: keySql(table.key, range.to) }
    const filled = fillBatch(statement.message.sql, ends)
    const { error } = await send(client, filled.sql)
    if (error !== null) return stopped(statement, placed(error, filled, statement.message.sql))
    range = await nextKeys(client, table, range.to, size)
  }
  return null
}

async function untilNone(client: Client, statement: BatchStatement, table: WalkedTable): Promise<Failed | null> {
  let done = 0
  for (;;) {
    if (done > rowsAtMost(table)) return stopped(statement, endless(table, done))
    const { error, rows = 0 } = await send(client, statement.message.sql)
    if (error !== null) return stopped(statement, error)
    if (rows === 0) return null
    done += rows
  }
}
