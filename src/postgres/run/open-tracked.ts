import type { Environment } from '../../core/environment.ts'
import type { Connection } from '../driver/connect.ts'
import { must } from '../driver/must.ts'
import { type Locking, waitingOf } from '../lock/with-lock.ts'
import { isCurrent } from '../tracking/metadata.ts'
import { bootstrapSql } from '../tracking/schema.ts'
import { openSession, type Session } from './session.ts'

/**
 * Opens a session for work under the lock on a database that is tracked, and so marked with its environment, from then on.
 * @throws LostConnection; NselfError `migration-failed` when the role may not make the tracking tables.
 */
export async function openTracked(
  connection: Connection,
  environment: Environment,
  locking: Locking,
): Promise<Session> {
  const { session, history } = await openSession(connection, waitingOf(locking))
  if (!isCurrent(history.facts)) await must(session.client, bootstrapSql(environment))
  return session
}
