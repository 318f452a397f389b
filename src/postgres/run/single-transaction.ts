import { certain } from '../../core/certain.ts'
import { NselfError } from '../../core/errors.ts'
import { LostConnection } from '../driver/lost-connection.ts'
import { must, rowsOf } from '../driver/must.ts'
import { send } from '../driver/send.ts'
import { closeCursorsSql, verdictSql, type Watched, watchedTogether } from './effects.ts'
import type { RunOptions } from './run-options.ts'
import { cancelling, type Session } from './session.ts'
import {
  checkConstraintsSql,
  cleanSqlOf,
  closingSql,
  type Failed,
  openingSql,
  roleSql,
  sendWork,
  settingsSql,
  type Work,
} from './transaction.ts'

/**
 * All or nothing: one transaction around all of them. Resolves to what failed, once everything is rolled back; to null
 * when all are committed.
 * @throws NselfError `refused` where one of them cannot be in it; LostConnection.
 */
export async function runInOneTransaction(
  session: Session,
  works: readonly Work[],
  options: RunOptions,
): Promise<{ readonly work: Work; readonly failed: Failed } | null> {
  refuseUnfit(works)
  const [first] = works
  if (first === undefined) return null
  const watched = watchedTogether(works.map((work) => work.watched))
  await must(
    session.client,
    openingSql(session, { ...first.section, begin: null, role: null }, { asynchronous: false, after: null, watched }),
  )
  for (const work of works) {
    const failed = await runPart(session, work, watched, options)
    if (failed !== null) return rolledBack(session, work, failed)
  }
  const failed = await commit(session, watched)
  return failed === null ? null : rolledBack(session, certain(works.at(-1)), failed)
}

/** @throws LostConnection: what became of the transaction is to be looked up then. */
export function throwIfLost({ outcome }: Failed): void {
  if (outcome.error instanceof LostConnection) throw outcome.error
}

async function rolledBack({ client }: Session, work: Work, failed: Failed) {
  throwIfLost(failed)
  await send(client, 'ROLLBACK')
  return { work, failed }
}

function whyOutside({ blocks, batch }: Work['section']): string {
  if (batch !== null) return 'runs in batches'
  return blocks > 0 ? 'has transactions of its own' : 'cannot run in a transaction'
}

function refuseUnfit(works: readonly Work[]): void {
  const outside = works.find((work) => !work.section.transaction)
  if (outside !== undefined) {
    throw new NselfError(
      'refused',
      `${outside.step.name} ${whyOutside(outside.section)}, so --single-transaction is impossible`,
      { hint: 'apply the migrations before it first, or leave out --single-transaction; nothing was changed' },
    )
  }
  const isolated = works.find(({ section: { begin } }) => begin?.isolation != null || begin?.readOnly)
  if (isolated !== undefined) {
    throw new NselfError(
      'refused',
      `${isolated.step.name} sets options of its own for its transaction, so --single-transaction is impossible`,
      { hint: 'leave out --single-transaction; nothing was changed' },
    )
  }
}

async function runPart(
  session: Session,
  work: Work,
  watched: Watched | null,
  options: RunOptions,
): Promise<Failed | null> {
  const recording = () => `${checkConstraintsSql}; ${closingSql(work, options)}`
  const clean = cleanSqlOf(session)
  const cleaning = watched === null ? clean : clean.replace('CLOSE ALL', closeCursorsSql)
  // What Citus chose, or was told, holds until the end of its transaction: it is read before the session is cleaned.
  const closing = session.citusMode === null ? () => `${recording()}; ${cleaning}` : recording
  const { role } = work.section
  const opening = [settingsSql(session, work.section), ...(role === null ? [] : [roleSql(role)])].join('; ')
  const begun = await send(session.client, opening)
  if (begun.error !== null) return { message: null, outcome: begun }
  const sending = sendWork(session, work, closing)
  const failed = await cancelling(session, options.signal, sending)
  if (failed === null && session.citusMode !== null) await cleanOnCitus(session)
  return failed
}

async function cleanOnCitus({ client }: Session): Promise<void> {
  const [row] = await rowsOf<{ mode: string }>(
    client,
    "SELECT current_setting('citus.multi_shard_modify_mode') AS mode",
  )
  await must(client, cleanSqlOf({ citusMode: row?.mode ?? 'parallel' }, 'SET LOCAL'))
}

async function commit({ client }: Session, watched: Watched | null): Promise<Failed | null> {
  const verdict = watched === null ? '' : `${verdictSql(watched)}; `
  const outcome = await send(client, `SET CONSTRAINTS ALL IMMEDIATE; ${verdict}COMMIT`)
  return outcome.error === null ? null : { message: null, outcome }
}
