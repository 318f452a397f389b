import { LostConnection } from '../driver/lost-connection.ts'
import { send } from '../driver/send.ts'
import type { LockPatience } from './lock-patience.ts'
import type { Piped } from './pipeline.ts'
import { cancelling, type Session } from './session.ts'
import type { Failed } from './transaction.ts'

interface InOrder {
  readonly signal: AbortSignal
  readonly patience: LockPatience
  readonly nameOf: (at: number) => string
  /** Awaited before what failed is rolled back. */
  readonly ready?: () => Promise<void>
}

/** Where a run of transactions stopped, and why: null where the signal stopped it. */
export interface StoppedAt {
  readonly at: number
  readonly failed: Failed | null
}

/**
 * Runs transactions in their order, of migrations or of seeds. One that needs a lock that somebody else holds is rolled
 * back, and tried again with all that follow it.
 * @param attempt sends those from `at` on, and tells by its first failure, and by how many it sent, how far it came.
 * @returns null once all are done.
 * @throws LostConnection.
 */
export async function inOrder(
  session: Session,
  count: number,
  attempt: (at: number) => Promise<Piped>,
  { signal, patience, nameOf, ready }: InOrder,
): Promise<StoppedAt | null> {
  for (let at = 0; at < count; ) {
    const { failed, sent } = await cancelling(session, signal, attempt(at))
    if (failed === null) return at + sent < count ? { at: at + sent, failed } : null
    if (failed.outcome.error instanceof LostConnection) throw failed.outcome.error
    await ready?.()
    await send(session.client, 'ROLLBACK')
    at += failed.index
    if (failed.index > 0) patience.reset()
    if (!(await patience.allows(nameOf(at), failed))) return { at, failed }
  }
  return null
}
