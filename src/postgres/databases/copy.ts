import { NselfError } from '../../core/errors.ts'
import { interruptedUnchanged } from '../../core/interruption.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import { messageOf } from '../../core/system-error.ts'
import type { Client } from '../driver/pg.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'
import { cannotClone, cloneClause } from './clone-files.ts'
import {
  connectBeside,
  dropIfOurs,
  endCreations,
  freeName,
  isNameTaken,
  missingPrivilege,
  ourConnectionLimit,
} from './databases.ts'
import { withoutSessions } from './sessions.ts'

export interface CopyOptions {
  /** What the copy is for; its name says so. */
  readonly purpose: 'backup' | 'undo'
  readonly stamp: string
  /** Consent to end the sessions of others: a database can be copied only while nobody uses it. */
  readonly endConnections: boolean
  readonly signal: AbortSignal
  /** Told the name of the copy before it is made. */
  readonly onName: (name: string) => Promise<void>
}

/**
 * Copies a database on its own server; nobody can connect to the copy. Resolves to its name and size in bytes.
 * @throws NselfError `refused` when the role may not, or others are connected; `backup-failed`, `interrupted`.
 */
export async function copyDatabase(
  server: Server,
  options: CopyOptions,
): Promise<{ readonly name: string; readonly size: number }> {
  const { database } = server
  return withConnection(connectBeside(server, 'nself backup'), options.signal, (worker) =>
    withConnection(connectBeside(server, 'nself backup'), options.signal, async (watcher) => {
      const reason = await missingPrivilege(worker, database)
      if (reason !== null) {
        throw new NselfError('refused', `${reason}, so it cannot be copied`, {
          hint: 'install pg_dump, or connect as the owner with CREATEDB; nothing was run',
        })
      }
      const name = await makeCopy(worker, watcher, database, options, await cloneClause(worker, database))
      const { rows } = await worker.query<{ size: string }>(
        `SELECT pg_database_size(${quoteLiteral(name)})::text AS size`,
      )
      return { name, size: Number(rows[0]?.size) }
    }),
  )
}

/** @param clone what CREATE DATABASE says of files that are to be cloned. @returns its name. */
async function makeCopy(
  worker: Client,
  watcher: Client,
  database: string,
  options: CopyOptions,
  clone: string,
): Promise<string> {
  const name = await freeName(worker, database, options.purpose, options.stamp)
  await options.onName(name)
  const sql = `CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE ${quoteIdentifier(database)} ALLOW_CONNECTIONS false CONNECTION LIMIT ${ourConnectionLimit}${clone}`
  try {
    await withoutSessions(worker, watcher, sql, { database, own: null, endOthers: options.endConnections })
    return name
  } catch (error) {
    if (error instanceof NselfError) throw error
    if (options.signal.aborted) throw interruptedUnchanged(options.signal)
    // Another backup took the name in the same second.
    if (isNameTaken(error)) return makeCopy(worker, watcher, database, options, clone)
    if (clone !== '' && cannotClone(error)) return makeCopy(worker, watcher, database, options, '')
    throw new NselfError('backup-failed', `the copy failed: ${messageOf(error)}`, {
      hint: 'fix the cause and run the command again; the database and the earlier backups are unchanged',
      cause: error,
    })
  }
}

/** Drops a copy; false when this server has none of that name that is ours, or somebody keeps it. */
export async function dropCopy(server: Server, name: string): Promise<boolean> {
  return withConnection(connectBeside(server, 'nself backup'), new AbortController().signal, async (client) => {
    await endCreations(client, quoteIdentifier(name))
    return dropIfOurs(client, name)
  })
}
