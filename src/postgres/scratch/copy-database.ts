import { quoteIdentifier } from '../../core/sql/quoting.ts'
import { cannotClone, cloneClause } from '../databases/clone-files.ts'
import { connectBeside } from '../databases/databases.ts'
import { withoutSessions } from '../databases/sessions.ts'
import type { Client } from '../driver/pg.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'
import type { ConfinedRole } from './confined-role.ts'
import { copySubscriptions } from './subscriptions.ts'

/** Which database is copied, and whose the copy is. */
interface Copying {
  readonly from: string
  readonly to: string
  readonly role: ConfinedRole | null
}

/** Copies a database with the subscriptions in it, which CREATE DATABASE leaves out; the copy belongs to the role. */
export async function copyDatabase(client: Client, server: Server, copying: Copying): Promise<void> {
  await client.query(copySql(copying))
  await copySubscriptions(client, copying.from, { ...server, database: copying.to })
}

/**
 * Copies one that may be large, without its subscriptions.
 * @param endsOthers consent to end the sessions of others on it.
 */
export async function cloneDatabase(
  client: Client,
  server: Server,
  copying: Copying,
  endsOthers: boolean,
): Promise<void> {
  const emptying = { database: copying.from, own: null, endOthers: true }
  const run = async (sql: string): Promise<unknown> =>
    endsOthers
      ? withConnection(connectBeside(server, 'nself'), null, (watcher) =>
          withoutSessions(client, watcher, sql, emptying),
        )
      : client.query(sql)
  const [sql, clone] = [copySql(copying), await cloneClause(client, copying.from)]
  await run(sql + clone).catch((error) => {
    if (clone === '' || !cannotClone(error)) throw error
    return run(sql)
  })
}

function copySql({ from, to, role }: Copying): string {
  const owner = role === null ? '' : ` OWNER ${quoteIdentifier(role.owner)}`
  return `CREATE DATABASE ${quoteIdentifier(to)} TEMPLATE ${quoteIdentifier(from)}${owner}`
}
