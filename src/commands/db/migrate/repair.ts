import { NselfError } from '../../../core/errors.ts'
import { approve } from '../../../core/guard.ts'
import type { State } from '../../../core/migration/state.ts'
import { findingsOf, type ProposedFix, type ProposedRepair } from '../../../core/repair/findings.ts'
import type { Repair } from '../../../core/repair/repair.ts'
import { type RepairFlags, repairsFor } from '../../../core/repair/repair-flags.ts'
import { problemOf, type TableDamage } from '../../../core/repair/table-damage.ts'
import { restoreTables, tableFindings } from '../../../core/repair/tables.ts'
import { findInvalidIndexes } from '../../../postgres/catalog/invalid-indexes.ts'
import { connect } from '../../../postgres/driver/connect.ts'
import { placeOf } from '../../../postgres/driver/server.ts'
import { withConnection } from '../../../postgres/driver/with-connection.ts'
import { nameOf, readRunner } from '../../../postgres/lock/advisory-lock.ts'
import type { History } from '../../../postgres/tracking/history.ts'
import { repairTracking, restoreTables as restoreTablesOf } from '../../../postgres/tracking/repair.ts'
import { readMark, readTableDamage } from '../../../postgres/tracking/table-damage.ts'
import { renumberMigration } from '../../../project/renumber.ts'
import { backupFirst, meansInProduction } from '../../shared/backup-first.ts'
import {
  type Context,
  look,
  lookAtHistory,
  refuseOtherEnvironment,
  refuseReadOnly,
  resolveServer,
} from '../../shared/context.ts'
import type { RenumberResult, RepairResult } from '../../shared/migrate-results.ts'

export interface RepairOptions extends RepairFlags {
  readonly lockWaitMs: number
  readonly noBackup: boolean
  /** Find by replaying which version the database is at. */
  readonly infer: boolean
  /** Put the tables that nself keeps right. */
  readonly restoreTables: boolean
}

/** Shows what is wrong as named fixes, and does those that were chosen by flag or at the terminal, each one thing. */
export async function repair(context: Context, options: RepairOptions): Promise<RepairResult> {
  const damaged = await repairTables(context, options)
  if (damaged !== null && (damaged.done.length === 0 || !asksForMore(options))) return damaged
  const before = damaged?.done ?? []
  const { environment } = context.settings
  const { server, history, state, invalid } = await look(context, async ({ client }, found) => {
    const invalid = await findInvalidIndexes(client)
    const runner = await readRunner(client)
    if (runner !== null)
      context.tell(
        `Note: a run is in progress, and what looks partially applied may just be running: ${nameOf(runner)}`,
      )
    return { ...found, invalid }
  })
  const database = placeOf(server)
  const inferred = options.infer
    ? await (await import('../../shared/infer-baseline.ts')).inferBaseline(context, server, state)
    : null
  const findings = [...(inferred?.findings ?? []), ...findingsOf(state, invalid, history.facts.lost)]
  const flagged = repairsFor(state, options)
  const chosen = flagged.length > 0 ? flagged : await choose(context, database, findings)
  if (chosen.length === 0) {
    const shown = findings.map(shownFix)
    return {
      kind: 'repair',
      database,
      findings: shown,
      inferred: inferred?.lines ?? neverTracked(history, state),
      done: before,
    }
  }
  refuseOtherEnvironment(server, history.facts, environment)
  refuseReadOnly(server, history)
  if (options.rebuild && !history.facts.tracked && !history.facts.lost) {
    throw new NselfError('refused', `${database} has no journal to rebuild from`, {
      hint: 'to find out which migrations its schema has: nself db migrate repair --infer; nothing was changed',
    })
  }
  const summary = `${chosen.map((item) => item.what).join(', ')} on ${database}`
  const means = await meansInProduction(context, options.noBackup)
  const approved = await approve({ action: 'repair', what: chosen, summary }, environment, context.answers, context.ask)
  if (means !== null) await backupFirst(context, means, options)
  await repairTracking(server, approved, { ...context, environment, lockWaitMs: options.lockWaitMs, seen: history })
  return { kind: 'repair', database, findings: [], inferred: [], done: [...before, ...chosen.map((item) => item.what)] }
}

/** What is wrong with nself's own tables comes first: nothing can be read before. Null where they are as they should be. */
async function repairTables(context: Context, options: RepairOptions): Promise<RepairResult | null> {
  const { environment } = context.settings
  const server = await resolveServer(context)
  const { damages, markedAs } = await withConnection(connect(server, 'nself'), null, async (client) => ({
    damages: await readTableDamage(client),
    markedAs: await readMark(client),
  }))
  const markLost = markedAs === null && isMarkGone(damages)
  const database = placeOf(server)
  const findings = tableFindings(damages)
  if (findings.length === 0) {
    if (!options.restoreTables || asksForMore(options)) return null
    throw new NselfError('usage', `nothing is wrong with the tables of nself on ${database}`, {
      hint: 'to look for anything else that is wrong: nself db migrate repair',
    })
  }
  if (!options.restoreTables && asksForMore(options)) {
    throw new NselfError('refused', `${database}: ${damages.map(problemOf).join('; ')}`, {
      hint: 'fix these tables first: nself db migrate repair --restore-tables; nothing was changed',
    })
  }
  const isChosen = options.restoreTables || (await choose(context, database, findings)).length > 0
  if (!isChosen) {
    const shown = findings.map(shownFix)
    return { kind: 'repair', database, findings: shown, inferred: [], done: [] }
  }
  refuseOtherEnvironment(server, { markedAs: markLost ? 'production' : markedAs, markLost }, environment)
  const repair = restoreTables(damages)
  const intent = { action: 'repair', what: repair, summary: `${repair.what} on ${database}` } as const
  const approved = await approve(intent, environment, context.answers, context.ask)
  await restoreTablesOf(server, approved, { ...context, environment, lockWaitMs: options.lockWaitMs })
  return { kind: 'repair', database, findings: [], inferred: [], done: [repair.what] }
}

/** Where nothing was ever recorded there is nothing to repair, but perhaps much to record. */
function neverTracked({ facts }: History, { entries }: State): string[] {
  if (facts.tracked || facts.lost || entries.length === 0) return []
  return [
    'Nothing is recorded in this database yet. If it already has the schema of some of these migrations, find out of which: nself db migrate repair --infer',
  ]
}

/** Whether a fix is asked for that needs the tables as they should be. */
function asksForMore(options: RepairOptions): boolean {
  const { lockWaitMs: _, noBackup: __, restoreTables: ___, ...others } = options
  return Object.values(others).some((value) => (Array.isArray(value) ? value.length > 0 : Boolean(value)))
}

/** Whether nself's own migrations are there without what remembers the environment. */
function isMarkGone(damages: readonly TableDamage[]): boolean {
  const has = (kind: TableDamage['kind'], of: string) =>
    damages.some((damage) => damage.kind === kind && damage.table === of)
  return (has('missing', 'metadata') || has('foreign', 'metadata')) && !has('foreign', 'migrations')
}

function shownFix({ repairs: _, ...shown }: ProposedRepair): ProposedFix {
  return shown
}

async function choose(
  { choose: ask }: Context,
  database: string,
  findings: readonly ProposedRepair[],
): Promise<Repair[]> {
  if (ask === null || findings.length === 0) return []
  const picked = await ask(
    `What should be repaired on ${database}? Nothing is selected yet`,
    findings.map(({ what, recommended, better }) => {
      if (recommended) return `${what} (recommended)`
      return better === null ? what : `${what} (better: ${better})`
    }),
  )
  return findings.filter((_, i) => picked.includes(i)).flatMap((finding) => finding.repairs)
}

/** Gives a file that is not applied yet the next free number, and updates the depends_on lines that name it. */
export async function renumber(context: Context, name: string): Promise<RenumberResult> {
  const { migrationsDir, cwd } = context.settings
  const { history } = await lookAtHistory(context)
  const applied = new Set(history.rows.map((row) => row.name))
  return { kind: 'renumber', ...(await renumberMigration(migrationsDir, cwd, name, applied)) }
}
