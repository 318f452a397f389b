import type { Approved } from '../../core/guard/guard.ts'
import { sizeText } from '../../core/quantities.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import { largestCopy, outdatedCopies } from '../../core/undo.ts'
import type { Client } from '../driver/pg.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'
import { withReplaceLock } from '../lock/replace-lock.ts'
import { copyDatabase } from './copy.ts'
import { connectBeside, missingPrivilege, restoreApplication } from './databases.ts'
import { dropKept, type KeptDatabase, keptDatabases } from './kept.ts'
import { copyProperties, readProperties } from './properties.ts'
import { SwapUnknown, swap } from './swap.ts'

/** Why no copy of a database can be made to come back to, or null where one can. */
export async function whyNoCopy(server: Server, signal: AbortSignal): Promise<string | null> {
  return withConnection(connectBeside(server, 'nself'), signal, async (client) => {
    const reason = await missingPrivilege(client, server.database)
    if (reason !== null) return reason
    const { rows } = await client.query<{ size: string }>(
      `SELECT pg_database_size(${quoteLiteral(server.database)})::text AS size`,
    )
    const size = Number(rows[0]?.size)
    return size > largestCopy ? `it has ${sizeText(size)}, more than ${sizeText(largestCopy)}` : null
  })
}

interface UndoCopyOptions {
  /** The command that is about to take something away, as it is typed. */
  readonly before: string
  readonly stamp: string
  /** In ms. */
  readonly now: number
  /** Consent to end the sessions of others. */
  readonly endConnections: boolean
  readonly signal: AbortSignal
}

/**
 * Makes a copy to come back to, and drops those that are no longer kept.
 * @returns its name.
 * @throws NselfError as copyDatabase.
 */
export async function makeUndoCopy(server: Server, options: UndoCopyOptions): Promise<string> {
  const { before, stamp, now, endConnections, signal } = options
  const onName = async () => {}
  const { name } = await copyDatabase(server, { purpose: 'undo', stamp, endConnections, signal, onName })
  await withConnection(connectBeside(server, 'nself'), signal, (client) => keepCopy(client, server, name, before, now))
  return name
}

/** Says what it was made before, and drops those that are no longer kept. */
async function keepCopy(client: Client, server: Server, name: string, before: string, now: number): Promise<void> {
  await client.query(`COMMENT ON DATABASE ${quoteIdentifier(name)} IS ${quoteLiteral(before)}`)
  const copies = (await keptDatabases(client, server.database)).filter(({ copiedBefore }) => copiedBefore !== null)
  for (const { name: old } of outdatedCopies(copies, now)) await dropKept(client, old)
}

/** Drops a copy for which there is no use: what it was made for changed nothing. */
export async function dropUndoCopy(server: Server, name: string, signal: AbortSignal): Promise<void> {
  await withConnection(connectBeside(server, 'nself'), signal, (client) => dropKept(client, name))
}

interface UndoOptions {
  readonly stamp: string
  /** In ms. */
  readonly now: number
  readonly endConnections: boolean
  readonly lockWaitMs: number
  readonly tell: (sentence: string) => void
  readonly signal: AbortSignal
}

/**
 * Lets a database that was kept take the place of the one that it was, which is kept like a copy that was made before it.
 * @returns the name that the present one has from now on.
 * @throws NselfError `refused`, `locked`, `connection`, `interrupted`; the present one is in place then.
 */
export async function putBack(server: Server, approved: Approved<KeptDatabase>, options: UndoOptions): Promise<string> {
  const { name } = approved.what
  const isSettled = (error: unknown) => error instanceof SwapUnknown
  return withReplaceLock(server, { ...options, waitMs: options.lockWaitMs }, 'undo', isSettled, (hold) =>
    withConnection(connectBeside(server, restoreApplication), hold.signal, async (client) => {
      const properties = await readProperties(client, server.database)
      await open(client, name, properties.owner)
      await copyProperties(client, name, properties, options.tell)
      const kept = await swap(server, name, properties, client, hold, { ...options, dropOld: false, keptAs: 'undo' })
      if (kept === null) return name
      await withConnection(connectBeside(server, 'nself'), null, (beside) =>
        keepCopy(beside, server, kept, 'nself db undo', options.now),
      )
      return kept
    }),
  )
}

/** Nobody can connect to a copy while it is one, and its comment is ours. */
async function open(client: Client, name: string, owner: string): Promise<void> {
  const database = quoteIdentifier(name)
  await client.query(`COMMENT ON DATABASE ${database} IS NULL`)
  await client.query(`ALTER DATABASE ${database} ALLOW_CONNECTIONS true`)
  await client.query(`ALTER DATABASE ${database} OWNER TO ${quoteIdentifier(owner)}`)
}
