import { certain } from '../../core/certain.ts'
import type { Applied } from '../../core/migration/migration.ts'
import type { RanRepeatable } from '../../core/migration/repeatable.ts'
import { refuseOtherEngine, refuseUnknownEngine } from '../driver/engine.ts'
import { type Client, queryArrays } from '../driver/pg.ts'
import { type Facts, type FactsRow, factsOf, factsSql } from './database-facts.ts'
import { type AppliedRow, appliedOf, rowsSql } from './history-rows.ts'
import { formatKey, formatOf } from './metadata.ts'
import { type RanRow, ranOf, ranSql } from './repeatables.ts'
import { hidden, unreadable } from './unreadable-history.ts'
import { jsonWhereThere } from './where-there.ts'

// The files of this folder are the only ones that name nself's tables.

/** What is recorded in a database, and what else it says of itself. */
export interface History {
  readonly facts: Facts
  readonly rows: Applied[]
  readonly repeatables: readonly RanRepeatable[]
}

const metadataSql = 'SELECT json_agg(json_build_array(key, value)) FROM nself.metadata'
const column = 'json_agg'

/**
 * The whole history in one round trip. Where nothing was ever tracked it is empty.
 * @throws NselfError `configuration` when the role may not read it, or a newer program wrote it.
 */
export function readHistory(client: Client): Promise<History> {
  return historyOf(client, false)
}

/** The same as a role that is to change nothing: then it is not told to need more than it does. @throws as readHistory. */
export function lookAtHistoryOf(client: Client): Promise<History> {
  return historyOf(client, true)
}

async function historyOf(client: Client, onlyReads: boolean): Promise<History> {
  const [facts, rows, metadata, ran] = await Promise.allSettled([
    queryArrays<FactsRow>(client, factsSql),
    jsonWhereThere<AppliedRow[]>(client, ['nself.migrations'], rowsSql, column),
    jsonWhereThere<[string, string][]>(client, ['nself.metadata'], metadataSql, column),
    jsonWhereThere<RanRow[]>(client, ['nself.repeatables'], ranSql, column),
  ])
  if (facts.status === 'rejected') {
    await refuseUnknownEngine(client)
    throw await unreadable(client, facts.reason, onlyReads)
  }
  const row = certain(facts.value[0])
  const [tracked, , , user, , , , versionText, hasDsqlViews, hidesRows] = row
  await refuseOtherEngine(client, versionText, hasDsqlViews)
  // What cannot be read must not be taken for a database without a mark.
  if (metadata.status === 'rejected') throw await unreadable(client, metadata.reason, onlyReads)
  const known = new Map(metadata.value ?? [])
  // Stops at a newer format first: its rows may not be readable.
  formatOf(known.get(formatKey))
  if (hidesRows) throw hidden(user)
  if (tracked && rows.status === 'rejected') throw await unreadable(client, rows.reason, onlyReads)
  const applied = rows.status === 'fulfilled' ? (rows.value ?? []).map(appliedOf) : []
  // Where the table is not there, or of an older format, nothing ran.
  const repeatables = ran.status === 'fulfilled' ? (ran.value ?? []).map(ranOf) : []
  return { facts: factsOf(row, known, applied.length > 0), rows: applied, repeatables }
}

/** Whether anything was ever tracked here; never fails, so it may be asked inside a transaction. */
export async function isTracked(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ tracked: boolean }>(
    "SELECT to_regclass('nself.migrations') IS NOT NULL AS tracked",
  )
  return rows[0]?.tracked === true
}

/** SQL for the name of the migration that was applied last; it fails where nothing was ever tracked. */
export const lastAppliedSql = `SELECT name FROM nself.migrations WHERE state = 'applied' ORDER BY position DESC LIMIT 1`
