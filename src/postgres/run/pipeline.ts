import { send } from '../driver/send.ts'
import { noteSql, type Origin } from '../tracking/records.ts'
import { keepEffectsSql, verdictSql } from './effects.ts'
import type { Session } from './session.ts'
import {
  cleanSqlOf,
  closingSql,
  constraintsSql,
  type Failed,
  type MigrationWork,
  type Opening,
  openingSql,
  sendWork,
} from './transaction.ts'

/** How many migrations may be on their way at once: more would gain nothing and be sent in vain after a failure. */
const window = 64

export interface PipeOptions extends Origin {
  /** The run ends with it: the last commit is flushed, and with it all that went before. */
  readonly endsRun: boolean
  readonly signal: AbortSignal
  /** All is on its way: what is sent now is refused, and does no harm, where a transaction has failed. */
  readonly onSent: () => void
  readonly onDone: (work: MigrationWork) => void
}

/** How a pipe ended: the first failure, and how many were sent. */
export interface Piped {
  readonly failed: (Failed & { readonly index: number }) | null
  readonly sent: number
}

/** Sends one migration after the other without waiting; the first failure makes the server refuse the rest. */
export async function pipe(session: Session, works: readonly MigrationWork[], options: PipeOptions): Promise<Piped> {
  const sent: Promise<void>[] = []
  let failed: Piped['failed'] = null
  for (const [index, work] of works.entries()) {
    if (failed !== null || options.signal.aborted) break
    const asynchronous = !(options.endsRun && index === works.length - 1)
    const after = works[index - 1]?.step ?? null
    const { watched } = work
    const done = transaction(session, work, { asynchronous, after, watched }, options).then((result) => {
      if (failed !== null) return
      if (result === null) options.onDone(work)
      else failed = { ...result, index }
    })
    sent.push(done)
    // What takes several messages must be through before another may be sent.
    if (work.whole === null) await done
    else if (sent.length >= window) await sent[sent.length - window]
  }
  if (sent.length === works.length) options.onSent()
  await Promise.all(sent)
  return { failed, sent: sent.length }
}

/** One migration: BEGIN in a clean session, its SQL with its row, COMMIT. */
async function transaction(
  session: Session,
  work: MigrationWork,
  how: Opening,
  origin: Origin,
): Promise<Failed | null> {
  // BEGIN goes ahead alone: a syntax error in the next message must find a transaction to fail.
  const opening = send(session.client, openingSql(session, work.section, how))
  const closing = () => {
    const parts = [constraintsSql(work.section), closingSql(work, origin)]
    if (work.watched !== null) parts.push(verdictSql(work.watched, keepEffectsSql))
    parts.push(session.pooled ? cleanSqlOf(session) : noteSql(work.step), 'COMMIT')
    return parts.join('; ')
  }
  const sending = sendWork(session, work, closing)
  const outcome = await opening
  const failed = await sending
  return outcome.error === null ? failed : { message: null, outcome }
}
