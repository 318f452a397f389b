import { NselfError } from '../../core/errors.ts'
import { connectBeside } from '../../postgres/databases/databases.ts'
import { inUse, namesOf, sessionsStaying } from '../../postgres/databases/sessions.ts'
import { type Server, spokenPlace } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import type { Context } from './context.ts'

/**
 * Names who is connected to the database, and asks whether their connections may be ended. True when they may.
 * @param consent given by a flag.
 * @param what is to be done with the database: `copied`.
 * @throws NselfError `not-confirmed`; `refused` where there is no terminal.
 */
export async function mayEndConnections(
  { ask, signal, tell }: Context,
  server: Server,
  consent: boolean,
  what: string,
): Promise<boolean> {
  const beside = connectBeside(server, 'nself')
  const sessions = await withConnection(beside, signal, (client) => sessionsStaying(client, server.database))
  if (sessions.length === 0) return consent
  const names = namesOf(sessions)
  if (consent) {
    tell(`Ending the connections of ${names}`)
    return true
  }
  if (ask === null) throw inUse(spokenPlace(server), sessions)
  const message = `${spokenPlace(server)} can be ${what} only while nobody else is connected. End the connections of ${names}?`
  if ((await ask({ kind: 'yes-no', message })) === 'y') return true
  throw new NselfError('not-confirmed', 'Cancelled. Nothing was changed.')
}
