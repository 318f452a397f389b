import { stampOf } from '../../core/backup.ts'
import { NselfError } from '../../core/errors.ts'
import { connectBeside } from '../../postgres/databases/databases.ts'
import { inUse, namesOf, sessionsStaying } from '../../postgres/databases/sessions.ts'
import { makeUndoCopy, whyNoCopy } from '../../postgres/databases/undo.ts'
import { type Server, spokenPlace } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import type { Context } from './context.ts'

/**
 * Makes a copy of a local database that `undo` can come back to, before a command takes something away. Nobody may be
 * connected to it meanwhile: at a terminal it is asked what to do about others.
 * @param command as it is typed after `nself`.
 * @returns the name of the copy; null where there is none.
 * @throws NselfError `not-confirmed`, `interrupted`, `connection`, before anything is changed.
 */
export async function copyFirst(context: Context, server: Server, command: string): Promise<string | null> {
  const { signal, tell } = context
  context.progress('keeping a copy for nself db undo')
  const reason = await whyNoCopy(server, signal).catch((error: unknown) => {
    // A pooler may know this database alone.
    if (error instanceof NselfError && error.code === 'connection' && !signal.aborted) return error.message
    throw error
  })
  if (reason !== null) {
    tell(`Note: no copy of ${spokenPlace(server)} is kept, so this cannot be undone: ${reason}`)
    return null
  }
  const consent = await mayCopy(context, server)
  if (consent === null) return null
  const now = new Date()
  try {
    return await makeUndoCopy(server, {
      before: `nself ${command}`,
      stamp: stampOf(now.toISOString()),
      now: now.getTime(),
      endConnections: consent === 'end-others',
      signal,
    })
  } catch (error) {
    if (!(error instanceof NselfError) || signal.aborted || error.code === 'connection') throw error
    tell(`Note: no copy of ${spokenPlace(server)} is kept, so this cannot be undone: ${error.message}`)
    return null
  }
}

/** Null for going on without a copy. */
async function mayCopy(
  { answers, ask, signal, tell }: Context,
  server: Server,
): Promise<'end-others' | 'alone' | null> {
  const sessions = await withConnection(connectBeside(server, 'nself'), signal, (client) =>
    sessionsStaying(client, server.database),
  )
  if (sessions.length === 0) return 'alone'
  const names = namesOf(sessions)
  const place = spokenPlace(server)
  if (ask === null || answers.yes) {
    tell(`Note: no copy of ${place} is kept, so this cannot be undone: ${inUse(place, sessions).message}`)
    return null
  }
  const end = `A copy of ${place} for nself db undo can be made only while nobody else is connected. End ${names}?`
  if ((await ask({ kind: 'yes-no', message: end })) === 'y') return 'end-others'
  if ((await ask({ kind: 'yes-no', message: 'Continue without a copy?' })) === 'y') return null
  throw new NselfError('not-confirmed', 'Cancelled. Nothing was changed.')
}
