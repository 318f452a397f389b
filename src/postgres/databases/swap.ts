import { NselfError } from '../../core/errors.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import { messageOf } from '../../core/system-error.ts'
import { LostConnection } from '../driver/lost-connection.ts'
import type { Client } from '../driver/pg.ts'
import { type Server, spokenPlace } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'
import type { ReplaceLock } from '../lock/replace-lock.ts'
import { connectBeside, freeName, restoreApplication } from './databases.ts'
import { finalSql, type Properties } from './properties.ts'
import { withoutSessions } from './sessions.ts'

export interface SwapOptions {
  readonly stamp: string
  /** The old database is not kept. */
  readonly dropOld: boolean
  /** What its name says of it: `shop_before_20260122_143000`; `before` where nothing else is said. */
  readonly keptAs?: 'before' | 'undo'
  /** Consent to end the sessions of others. */
  readonly endConnections: boolean
  readonly tell: (sentence: string) => void
  /** Who asked for an end does not want to wait for a server that does not answer. */
  readonly signal: AbortSignal
}

/** In ms. The statements follow each other at once. */
const deadAfter = 10_000

/**
 * Gives the new database the old one's name, in one transaction, while nobody can connect to either.
 * @returns the name that the old one has now, or null when it was dropped.
 * @throws NselfError `refused` that names who is still connected; what the server says: nothing was renamed then.
 * SwapUnknown where the server does not answer.
 */
export async function swap(
  server: Server,
  fresh: string,
  properties: Properties,
  client: Client,
  hold: ReplaceLock,
  options: SwapOptions,
): Promise<string | null> {
  const { database } = server
  const kept = await freeName(client, database, options.keptAs ?? 'before', options.stamp)
  const ids = await oidsOf(client, [database, fresh])
  // Not cancelled by the signal, but for what is still to come: a COMMIT under way is waited for.
  await withConnection(connectBeside(server, restoreApplication), hold.signal, async (watcher) => {
    // Where the wire goes dead in the middle, the server must not keep everybody out until it notices.
    await client.query(`BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${deadAfter}`)
    try {
      const own = { pid: hold.pid, leave: hold.leave }
      const rename = `ALTER DATABASE ${quoteIdentifier(database)} RENAME TO ${quoteIdentifier(kept)}`
      await withoutSessions(client, watcher, rename, { database, own, endOthers: options.endConnections })
      await client.query(`ALTER DATABASE ${quoteIdentifier(fresh)} RENAME TO ${quoteIdentifier(database)}`)
      for (const sql of finalSql(database, properties)) await client.query(sql)
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {})
      if (!(error instanceof LostConnection)) throw error
      options.tell(
        `The connection was lost (${error.reason}) while the databases changed places. Reconnecting to see which one is in place…`,
      )
      const found = await whichIsInPlace(server, ids, options.signal)
      if (found === null) throw new SwapUnknown(server, kept, error)
      if (found !== ids.get(fresh)) throw notSwapped(error)
    }
  })
  return options.dropOld ? dropOld(server, kept, options.tell) : kept
}

async function dropOld(server: Server, kept: string, tell: (sentence: string) => void): Promise<string | null> {
  try {
    // The connection that renamed it may be gone.
    await withConnection(connectBeside(server, restoreApplication), null, (client) =>
      client.query(`DROP DATABASE ${quoteIdentifier(kept)}`),
    )
    return null
  } catch (error) {
    tell(`The old database could not be dropped: ${messageOf(error)}`)
    return kept
  }
}

/** Nobody knows which database is in place: the server cannot be asked. */
export class SwapUnknown extends NselfError {
  constructor(server: Server, kept: string, loss: LostConnection) {
    super(
      'connection',
      `the connection was lost at the end of the restore, and ${spokenPlace(server)} does not answer: ${loss.reason}`,
      {
        hint: `either the restored database is in place and the old one is ${kept}, or nothing was changed; once the server answers, see which: nself db backup list`,
        cause: loss,
      },
    )
  }
}

function notSwapped(loss: LostConnection): NselfError {
  return new NselfError('connection', `the connection was lost at the end of the restore: ${loss.reason}`, {
    hint: 'the old database is unchanged; run the command again',
    cause: loss,
  })
}

async function oidsOf(client: Client, names: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; oid: string }>(
    `SELECT datname AS name, oid::text FROM pg_database WHERE datname IN (${names.map(quoteLiteral).join(', ')})`,
  )
  return new Map(rows.map(({ name, oid }) => [name, oid]))
}

const patience = 30_000
const pause = 200

/**
 * The oid of the database that has the name, once nothing of ours can change it any more: what the lost connection may
 * still hold is ended, so that nobody is kept out. Null where the server does not answer.
 */
async function whichIsInPlace(
  server: Server,
  ids: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<string | null> {
  const holdersSql = `SELECT pg_terminate_backend(a.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'object' AND l.classid = 'pg_database'::regclass AND l.objid IN (${[...ids.values()].join(', ')})
    AND application_name = '${restoreApplication}' AND a.pid <> pg_backend_pid()`
  const until = Date.now() + patience
  do {
    try {
      const found = await withConnection(connectBeside(server, restoreApplication), null, async (client) => {
        const { rowCount } = await client.query(holdersSql)
        return rowCount === 0 ? (await oidsOf(client, [server.database])).get(server.database) : undefined
      })
      if (found !== undefined) return found
    } catch {
      // It does not answer yet.
    }
    await new Promise((resolve) => setTimeout(resolve, pause))
  } while (Date.now() < until && !signal.aborted)
  return null
}
