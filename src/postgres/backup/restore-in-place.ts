import { rm } from 'node:fs/promises'
import { NselfError } from '../../core/errors.ts'
import { interruptedUnchanged } from '../../core/interruption.ts'
import { quoteIdentifier } from '../../core/sql/quoting.ts'
import { errorOf } from '../../core/system-error.ts'
import { restoreApplication } from '../databases/databases.ts'
import { dropAllSql, findDrops, leftAlone } from '../databases/drop-everything.ts'
import { namesOf, sessionsOn } from '../databases/sessions.ts'
import { connect } from '../driver/connect.ts'
import type { Client } from '../driver/pg.ts'
import { type ServerError, send } from '../driver/send.ts'
import type { Server } from '../driver/server.ts'
import { detailOf } from '../driver/server-error.ts'
import { withConnection } from '../driver/with-connection.ts'
import type { ReplaceLock } from '../lock/replace-lock.ts'
import { dropTrackingSql } from '../tracking/records.ts'
import type { Archive } from './archive.ts'
import type { Restored, RestoreOptions, RestorePlan } from './restore-plan.ts'
import { readSearchPath, runScript, sendStatement } from './run-script.ts'
import { without, writeContents } from './table-of-contents.ts'
import { settle } from './verify.ts'

/** Drops everything and restores into the database itself, all in one transaction. */
export async function restoreInPlace(
  server: Server,
  plan: RestorePlan,
  { signal }: ReplaceLock,
  options: RestoreOptions,
): Promise<Restored> {
  const { backup, archive } = plan
  if (archive === null || backup.manifest?.kind === 'data') {
    const what = archive === null ? 'a copy' : 'a data-only backup'
    throw new NselfError('refused', `${what} cannot be restored in place`, {
      hint: 'restore it beside the old one, without --in-place, as a role with CREATEDB; nothing was changed',
    })
  }
  await withConnection(connect(server, restoreApplication), signal, async (client) => {
    try {
      const searchPath = backup.manifest?.searchPath ?? (await readSearchPath(client))
      await attempt(client, plan, archive, { ...options, signal }, '').catch(async (error: ServerError) => {
        if (!unresolved.has(error.code ?? '')) throw error
        options.tell(`${error.message.split('\n', 1)[0]}; trying again with the search_path of the database`)
        await sendStatement(client, 'ROLLBACK')
        await attempt(client, plan, archive, { ...options, signal }, searchPath)
      })
      await sendStatement(client, 'COMMIT')
    } catch (error) {
      await send(client, 'ROLLBACK')
      if (signal.aborted) throw interruptedUnchanged(signal)
      throw await inWords(errorOf(error), client, server)
    } finally {
      await rm(options.listFile, { force: true })
    }
    options.progress('gathering statistics')
    await send(client, 'ANALYZE')
  })
  return { kept: null }
}

/** What the server says of names that it did not find: undefined function, table, object, schema. */
const unresolved = new Set(['42883', '42P01', '42704', '3F000'])

/** Drops and restores, in a transaction that stays open. @throws what the server says, NselfError. */
async function attempt(
  client: Client,
  { backup, newRoles, ...plan }: RestorePlan,
  archive: Archive,
  options: RestoreOptions,
  searchPath: string,
): Promise<void> {
  await sendStatement(
    client,
    `BEGIN; SET LOCAL lock_timeout = ${options.lockWaitMs}; SET LOCAL client_min_messages = error`,
  )
  for (const role of newRoles) await sendStatement(client, `CREATE ROLE ${quoteIdentifier(role)} NOLOGIN`)
  options.progress('dropping what is there')
  const { first, rest, left } = await findDrops(client)
  await sendStatement(client, `${dropAllSql([...first, ...rest])}; ${dropTrackingSql}`)
  const chosen = await writeContents(options.listFile, without(archive.contents, left))
  await runScript(client, archive.tools, [chosen, backup.path], { ...options, searchPath })
  options.progress('checking that everything is there')
  await settle(client, { backup, newRoles, ...plan }, options.environment)
  if (left.length > 0) options.tell(leftAlone(left))
}

async function inWords(error: Error & { code?: string }, client: Client, server: Server): Promise<NselfError> {
  if (error instanceof NselfError) return error
  const hint = 'the database is unchanged'
  const detail = { server: detailOf(error), cause: error }
  if (error.code === '55P03') {
    const names = namesOf(await sessionsOn(client, server.database))
    return new NselfError('locked', `the tables are in use: ${names}`, { hint: `close them first; ${hint}`, ...detail })
  }
  const role = error.code === '42501' ? 'connect as the owner of what the database and the backup hold; ' : ''
  return new NselfError('restore-failed', `the restore failed: ${error.message}`, { hint: `${role}${hint}`, ...detail })
}
