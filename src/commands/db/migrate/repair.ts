import { NselfError } from '../../../core/errors.ts'
import { approve } from '../../../core/guard/guard.ts'
import type { State } from '../../../core/migration/state.ts'
import { findingsOf } from '../../../core/repair/findings.ts'
import { repairsFor } from '../../../core/repair/repair-flags.ts'
import { findInvalidIndexes } from '../../../postgres/catalog/invalid-indexes.ts'
import { placeOf, spokenPlace } from '../../../postgres/driver/server.ts'
import { nameOf, readRunner } from '../../../postgres/lock/advisory-lock.ts'
import type { History } from '../../../postgres/tracking/history.ts'
import { repairTracking } from '../../../postgres/tracking/repair.ts'
import { renumberMigration } from '../../../project/renumber.ts'
import { backupFirst, meansInProduction } from '../../shared/backup-first.ts'
import { repairBriefing } from '../../shared/brief-repair.ts'
import { choose, shownFix } from '../../shared/choose-repairs.ts'
import { type Context, look, lookAtHistory, refuseOtherEnvironment, refuseReadOnly } from '../../shared/context.ts'
import type { RenumberResult, RepairResult } from '../../shared/migrate-results.ts'
import { asksForMore, type RepairOptions, repairTables } from '../../shared/repair-tables.ts'

/** Shows what is wrong as named fixes, and does those that were chosen by flag or at the terminal, each one thing. */
export async function repair(context: Context, options: RepairOptions): Promise<RepairResult> {
  const damaged = await repairTables(context, options)
  if (damaged !== null && (damaged.done.length === 0 || !asksForMore(options))) return damaged
  const before = damaged?.done ?? []
  const { environment } = context.settings
  const { server, history, findings, inferred, flagged } = await lookForRepairs(context, options)
  const database = placeOf(server)
  const chosen = flagged.length > 0 ? flagged : await choose(context, spokenPlace(server), findings)
  if (chosen.length === 0) {
    return { kind: 'repair', database, findings: findings.map(shownFix), inferred, done: before }
  }
  refuseOtherEnvironment(server, history.facts, environment)
  refuseReadOnly(server, history)
  if (options.rebuild && !history.facts.tracked && !history.facts.lost) {
    throw new NselfError('refused', `${spokenPlace(server)} has no journal to rebuild from`, {
      hint: 'to find out which migrations its schema has: nself db migrate repair --infer; nothing was changed',
    })
  }
  const summary = `${chosen.map((item) => item.what).join(', ')} in ${spokenPlace(server)}`
  const means = await meansInProduction(context, options.noBackup)
  const briefing = repairBriefing(context, server, chosen, means !== null)
  const intent = { action: 'repair', what: chosen, summary, briefing } as const
  const approved = await approve(intent, environment, context.answers, context.ask)
  if (means !== null) await backupFirst(context, means, options)
  await repairTracking(server, approved, { ...context, environment, lockWaitMs: options.lockWaitMs, seen: history })
  return { kind: 'repair', database, findings: [], inferred: [], done: [...before, ...chosen.map((item) => item.what)] }
}

/** What is wrong, and what the flags ask for. `inferred`: lines that say what is known where nothing was ever recorded. */
async function lookForRepairs(context: Context, options: RepairOptions) {
  const { server, history, state, invalid } = await look(context, async ({ client }, found) => {
    const invalid = await findInvalidIndexes(client)
    const runner = await readRunner(client)
    if (runner !== null)
      context.tell(
        `Note: a run is in progress, and what looks partially applied may just be running: ${nameOf(runner)}`,
      )
    return { ...found, invalid }
  })
  const replayed = options.infer
    ? await (await import('../../shared/infer-baseline.ts')).inferBaseline(context, server, state, history.facts.lost)
    : null
  return {
    server,
    history,
    findings: [...(replayed?.findings ?? []), ...findingsOf(state, invalid, history.facts.lost)],
    inferred: replayed?.lines ?? neverTracked(history, state),
    flagged: repairsFor(state, options),
  }
}

/** Where nothing was ever recorded there is nothing to repair, but perhaps much to record. */
function neverTracked({ facts }: History, { entries }: State): string[] {
  if (facts.tracked || facts.lost || entries.length === 0) return []
  return [
    'Nothing is recorded in this database yet. If it already has the schema of some of these migrations, find out of which: nself db migrate repair --infer',
  ]
}

/** Gives a file that is not applied yet the next free number, and updates the depends_on lines that name it. */
export async function renumber(context: Context, name: string): Promise<RenumberResult> {
  const { migrationsDir, cwd } = context.settings
  const { history } = await lookAtHistory(context)
  const applied = new Set(history.rows.map((row) => row.name))
  return { kind: 'renumber', ...(await renumberMigration(migrationsDir, cwd, name, applied)) }
}
