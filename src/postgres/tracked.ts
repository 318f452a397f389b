import type { Environment } from '../core/environment.ts'
import { NselfError } from '../core/errors.ts'
import { type Connection, placeOf } from './connect.ts'
import { LostConnection, must } from './failure.ts'
import { bootstrapSql } from './history.ts'
import { type Locking, waitingOf } from './locked.ts'
import { openSession, type Session } from './session.ts'

/**
 * Opens a session for work under the lock on a database that is tracked, and so marked with its environment, from then on.
 * @throws NselfError `connection`; `migration-failed` when the role may not make the tracking tables.
 */
export async function openTracked(
  connection: Connection,
  environment: Environment,
  locking: Locking,
): Promise<Session> {
  const { session, history } = await openSession(connection, waitingOf(locking))
  if (!history.facts.tracked) await mustSend(session, bootstrapSql(environment))
  return session
}

/** Sends what the tool itself needs. @throws NselfError `migration-failed`; `connection` when it is lost. */
export async function mustSend({ client, connection }: Session, sql: string): Promise<void> {
  try {
    await must(client, sql)
  } catch (error) {
    if (!(error instanceof LostConnection)) throw error
    throw new NselfError('connection', `the connection to ${placeOf(connection.server)} was lost: ${error.message}`, {
      hint: 'run the command again: what is done is left out',
      cause: error,
    })
  }
}
