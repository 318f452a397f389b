import { NselfError } from '../../core/errors.ts'
import { interruptedUnchanged } from '../../core/interruption.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import { errorOf } from '../../core/system-error.ts'
import {
  abandonedRestores,
  claim,
  connectBeside,
  databaseExists,
  dropRestore,
  freeName,
  ourConnectionLimit,
  restoreApplication,
} from '../databases/databases.ts'
import { copyProperties, createLikeSql, type Properties, readProperties } from '../databases/properties.ts'
import { SwapUnknown, swap } from '../databases/swap.ts'
import { connect } from '../driver/connect.ts'
import type { Client } from '../driver/pg.ts'
import { send } from '../driver/send.ts'
import type { Server } from '../driver/server.ts'
import { detailOf } from '../driver/server-error.ts'
import { withConnection } from '../driver/with-connection.ts'
import type { ReplaceLock } from '../lock/replace-lock.ts'
import { fill } from './fill.ts'
import { fillResolved } from './resolved.ts'
import type { Restored, RestoreOptions, RestorePlan } from './restore-plan.ts'
import { readSearchPath } from './run-script.ts'
import { settle } from './verify.ts'

/** Restores into a new database, looks whether all is there, and lets it take the old one's name. */
export async function restoreBeside(
  server: Server,
  plan: RestorePlan,
  hold: ReplaceLock,
  options: RestoreOptions,
): Promise<Restored> {
  const { tell } = options
  const { signal } = hold
  return withConnection(connectBeside(server, restoreApplication), signal, async (client) => {
    for (const name of await abandonedRestores(client, server.database)) {
      if (await dropRestore(client, name)) tell(`Dropped ${name}, left behind by a killed restore`)
    }
    options.progress('creating a database for it')
    const properties = await readProperties(client, server.database)
    const name = await freeName(client, server.database, 'restore', options.stamp)
    await claim(client, name)
    const fresh = { ...server, database: name }
    try {
      if (plan.newRoles.length > 0) await createRoles(client, plan.newRoles)
      const made = await creation(client, name, plan, properties)
      await client.query(made)
      const fillWith = async (searchPath: string | null) => {
        if (searchPath !== null) {
          await dropRestore(client, name)
          await client.query(made)
        }
        await fill(server, fresh, plan, hold, { ...options, searchPath })
        return searchPath
      }
      const searchPath = async () =>
        plan.backup.manifest?.searchPath ??
        (await withConnection(connect(server, restoreApplication), signal, readSearchPath))
      const needed = await fillResolved(fillWith, { searchPath, tell, signal })
      options.progress('checking that everything is there')
      await withConnection(connect(fresh, restoreApplication), signal, async (inside) => {
        await settle(inside, plan, options.environment)
        options.progress('gathering statistics')
        // What indexes compute is computed again, and the database has its settings only later.
        if (needed !== null) await inside.query(`SELECT set_config('search_path', ${quoteLiteral(needed)}, false)`)
        await inside.query('ANALYZE')
      })
      await copyProperties(client, name, properties, tell)
      const kept = await swap(server, name, properties, client, hold, { ...options, ...plan })
      return { kept }
    } catch (error) {
      // Where nobody knows which one is in place, nothing is dropped: the next restore does.
      if (!(error instanceof SwapUnknown)) await discard(server, name)
      if (signal.aborted && !(error instanceof NselfError)) throw interruptedUnchanged(signal)
      throw error instanceof NselfError ? error : restoreFailure(errorOf(error))
    }
  })
}

async function creation(
  client: Client,
  name: string,
  { backup }: RestorePlan,
  properties: Properties,
): Promise<string> {
  const copy = backup.manifest?.copy ?? null
  if (copy === null) return createLikeSql(name, properties)
  if (!(await databaseExists(client, copy))) {
    throw new NselfError('refused', `the copy ${copy} is not on this server, or was dropped`, {
      hint: 'to see the other backups: nself db backup list; nothing was changed',
    })
  }
  const owner = quoteIdentifier(properties.owner)
  return `CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE ${quoteIdentifier(copy)} OWNER ${owner} CONNECTION LIMIT ${ourConnectionLimit}`
}

async function createRoles(client: Client, roles: readonly string[]): Promise<void> {
  for (const role of roles) {
    const { error } = await send(client, `CREATE ROLE ${quoteIdentifier(role)} NOLOGIN`)
    if (error !== null && error.code !== '42710') throw error
  }
}

/** Drops the new database after a failure, on a connection that no signal reaches. */
async function discard(server: Server, name: string): Promise<void> {
  const never = new AbortController().signal
  await withConnection(connectBeside(server, restoreApplication), never, (client) => dropRestore(client, name)).catch(
    () => {},
  )
}

function restoreFailure(error: Error): NselfError {
  return new NselfError('restore-failed', `the restore failed: ${error.message}`, {
    hint: 'the old database is unchanged; fix the cause and run the command again',
    server: detailOf(error),
    cause: error,
  })
}
