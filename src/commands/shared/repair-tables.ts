import { NselfError } from '../../core/errors.ts'
import { approve } from '../../core/guard/guard.ts'
import type { RepairFlags } from '../../core/repair/repair-flags.ts'
import { problemOf, type TableDamage } from '../../core/repair/table-damage.ts'
import { restoreTables, tableFindings } from '../../core/repair/tables.ts'
import { connect } from '../../postgres/driver/connect.ts'
import { placeOf, spokenPlace } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import { restoreTables as restoreTablesOf } from '../../postgres/tracking/repair.ts'
import { readMark, readTableDamage } from '../../postgres/tracking/table-damage.ts'
import { repairBriefing } from './brief-repair.ts'
import { choose, shownFix } from './choose-repairs.ts'
import { type Context, refuseOtherEnvironment, resolveServer } from './context.ts'
import type { RepairResult } from './migrate-results.ts'

/** What is wrong with nself's own tables comes first: nothing can be read before. Null where they are as they should be. */
export async function repairTables(context: Context, options: RepairOptions): Promise<RepairResult | null> {
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
    throw new NselfError('usage', `nothing is wrong with the tables of nself on ${spokenPlace(server)}`, {
      hint: 'to look for anything else that is wrong: nself db migrate repair',
    })
  }
  if (!options.restoreTables && asksForMore(options)) {
    throw new NselfError('refused', `${spokenPlace(server)}: ${damages.map(problemOf).join('; ')}`, {
      hint: 'fix these tables first: nself db migrate repair --restore-tables; nothing was changed',
    })
  }
  const isChosen = options.restoreTables || (await choose(context, spokenPlace(server), findings)).length > 0
  if (!isChosen) {
    const shown = findings.map(shownFix)
    return { kind: 'repair', database, findings: shown, inferred: [], done: [] }
  }
  refuseOtherEnvironment(server, { markedAs: markLost ? 'production' : markedAs, markLost }, environment)
  const repair = restoreTables(damages)
  const intent = {
    action: 'repair',
    what: repair,
    summary: `${repair.what} in ${spokenPlace(server)}`,
    briefing: repairBriefing(context, server, [repair], false),
  } as const
  const approved = await approve(intent, environment, context.answers, context.ask)
  await restoreTablesOf(server, approved, { ...context, environment, lockWaitMs: options.lockWaitMs })
  return { kind: 'repair', database, findings: [], inferred: [], done: [repair.what] }
}

/** Whether a fix is asked for that needs the tables as they should be. */
export function asksForMore(options: RepairOptions): boolean {
  const { lockWaitMs: _, noBackup: __, restoreTables: ___, ...others } = options
  return Object.values(others).some((value) => (Array.isArray(value) ? value.length > 0 : Boolean(value)))
}

/** Whether nself's own migrations are there without what remembers the environment. */
function isMarkGone(damages: readonly TableDamage[]): boolean {
  const has = (kind: TableDamage['kind'], of: string) =>
    damages.some((damage) => damage.kind === kind && damage.table === of)
  return (has('missing', 'metadata') || has('foreign', 'metadata')) && !has('foreign', 'migrations')
}

export interface RepairOptions extends RepairFlags {
  readonly lockWaitMs: number
  readonly noBackup: boolean
  /** Find by replaying which version the database is at. */
  readonly infer: boolean
  /** Put the tables that nself keeps right. */
  readonly restoreTables: boolean
}
