import { NselfError } from '../../core/errors.ts'
import { quoteIdentifier } from '../../core/sql/quoting.ts'
import { restoreApplication } from '../databases/databases.ts'
import { dropAllSql, findDrops } from '../databases/drop-everything.ts'
import { namesOf, sessionsOn } from '../databases/sessions.ts'
import { connect, type Server } from '../driver/connect.ts'
import type { Client } from '../driver/pg.ts'
import { copyIn, type Outcome, send } from '../driver/send.ts'
import { detailOf } from '../driver/server-error.ts'
import { withConnection } from '../driver/with-connection.ts'
import type { Hold } from '../lock/hold.ts'
import { interruptedUnchanged } from '../lock/interruption.ts'
import { dropTrackingSql } from '../tracking/history.ts'
import type { Restored, RestoreOptions, RestorePlan } from './restore-plan.ts'
import { scriptLines } from './restore-script.ts'
import { chunksOf } from './script-chunks.ts'
import { failureOf, runTool } from './tool.ts'
import { settle } from './verify.ts'

/** Drops everything and restores into the database itself, all in one transaction. */
export async function restoreInPlace(
  server: Server,
  plan: RestorePlan,
  { signal }: Hold,
  options: RestoreOptions,
): Promise<Restored> {
  const { backup, archive, newRoles } = plan
  if (archive === null || backup.manifest?.kind === 'data') {
    const what = archive === null ? 'a copy' : 'a backup of the data alone'
    throw new NselfError('refused', `${what} cannot be restored in place`, {
      hint: 'restore it beside the old one, without --in-place, as a role with CREATEDB; nothing was changed',
    })
  }
  await withConnection(connect(server, restoreApplication), signal, async (client) => {
    try {
      await must(client, `BEGIN; SET LOCAL lock_timeout = ${options.lockWaitMs}; SET LOCAL client_min_messages = error`)
      for (const role of newRoles) await must(client, `CREATE ROLE ${quoteIdentifier(role)} NOLOGIN`)
      options.progress('dropping what is there')
      await must(client, `${dropAllSql(await findDrops(client))}; ${dropTrackingSql}`)
      // No --single-transaction would have it end ours in the middle; with it, it is ended once, after all.
      const args = ['--single-transaction', '--file=-', backup.path]
      const read = (stdout: AsyncIterable<Buffer>) => run(client, stdout, options.progress)
      const ended = await runTool(archive.tools.pgRestore, args, { signal, read })
      if (ended.code !== 0) throw failureOf('restore', 'pg_restore', ended, 'the database is as it was')
      options.progress('looking whether all is there')
      await settle(client, plan, options.environment)
      await must(client, 'COMMIT')
    } catch (error) {
      await send(client, 'ROLLBACK')
      if (signal.aborted) throw interruptedUnchanged(signal)
      throw await inWords(error as Error, client, server)
    }
    options.progress('gathering statistics')
    await send(client, 'ANALYZE')
  })
  return { kept: null }
}

/** Sends a script of pg_restore into the transaction that is open. */
async function run(client: Client, stdout: AsyncIterable<Buffer>, progress: (what: string) => void): Promise<void> {
  let copying: ReturnType<typeof copyIn> | null = null
  for await (const chunk of chunksOf(scriptLines(stdout))) {
    if (chunk.kind === 'data') await copying?.write(Buffer.from(chunk.text))
    else if (chunk.kind === 'end-of-data') {
      if (copying !== null) judge(await copying.end())
    } else if (chunk.kind === 'copy') {
      progress(`restoring ${/^COPY (\S+)/.exec(chunk.sql)?.[1]}`)
      copying = copyIn(client, chunk.sql)
    } else await must(client, chunk.sql)
  }
}

async function must(client: Client, sql: string): Promise<void> {
  judge(await send(client, sql))
}

function judge({ error }: Outcome): void {
  if (error !== null) throw error
}

async function inWords(error: Error & { code?: string }, client: Client, server: Server): Promise<NselfError> {
  if (error instanceof NselfError) return error
  const hint = 'the database is as it was'
  const detail = { server: detailOf(error), cause: error }
  if (error.code === '55P03') {
    const names = namesOf(await sessionsOn(client, server.database))
    return new NselfError('locked', `the tables are in use: ${names}`, { hint: `close them first; ${hint}`, ...detail })
  }
  const role = error.code === '42501' ? 'connect as the owner of what is there and in the backup; ' : ''
  return new NselfError('restore-failed', `the restore failed: ${error.message}`, { hint: `${role}${hint}`, ...detail })
}
