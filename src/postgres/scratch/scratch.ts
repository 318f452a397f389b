import { randomBytes } from 'node:crypto'
import { NselfError } from '../../core/errors.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import { connectBeside } from '../databases/databases.ts'
import { type Connection, cancel, disconnect, placeOf, type Server } from '../driver/connect.ts'
import type { Client } from '../driver/pg.ts'
import { withConnection } from '../driver/with-connection.ts'
import { interruption } from '../lock/interruption.ts'

const prefix = 'nself_scratch_'
const templatePrefix = 'nself_template_'
/** Enough for a few branches of a few projects on one server. */
const templatesKept = 8

declare const madeForScratch: unique symbol

/**
 * A server whose database was made to be looked at and dropped. Only this file makes one, so that what runs without
 * asking can be given nothing else.
 */
export type ScratchServer = Server & { readonly [madeForScratch]: true }

/** Databases for the time of one command, on a server where the role may create them. */
export interface Scratch {
  /** A new database, empty or a copy of another one that nobody is connected to. @throws what the server says. */
  create(from?: ScratchServer): Promise<ScratchServer>
  /** The first of these keys for which there is a template. */
  findTemplate(keys: readonly string[]): Promise<{ key: string; server: ScratchServer } | null>
  /** Keeps a copy of a database for later commands. */
  saveTemplate(key: string, from: ScratchServer): Promise<void>
}

export interface ScratchOptions {
  readonly signal: AbortSignal
}

/**
 * Lends databases that are gone afterwards, whatever happens: those of a command that was killed are dropped by the next
 * one. Who owns them is told by a connection that stays open and bears their token as its name.
 * @throws NselfError `refused` when the role may not create databases, `connection`; what `use` throws.
 */
export async function withScratch<T>(
  server: Server,
  { signal }: ScratchOptions,
  use: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const token = randomBytes(4).toString('hex')
  const owner = await connectBeside(server, `${prefix}${token}`)
  const stop = () => void cancel(owner)
  signal.addEventListener('abort', stop)
  try {
    await refuseWithoutRight(owner, server)
    await sweep(owner.client)
    return await use(scratchOn(owner, server, token))
  } catch (error) {
    if (signal.aborted && !(error instanceof NselfError)) {
      throw new NselfError(interruption(signal), 'interrupted; nothing was written, and the scratch databases are gone')
    }
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
    await dropAll(owner.client, `${prefix}${token}_`)
    await disconnect(owner)
  }
}

/** Whether the role may create databases there; false also when there is no other database to do it from. */
export async function mayCreateDatabases(server: Server): Promise<boolean> {
  const beside = await connectBeside(server, 'nself').catch(() => null)
  return beside !== null && withConnection(beside, null, hasRight)
}

async function hasRight(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ may: boolean }>(
    'SELECT (rolcreatedb OR rolsuper) AND NOT pg_is_in_recovery() AS may FROM pg_roles WHERE rolname = current_user',
  )
  return rows[0]?.may === true
}

async function refuseWithoutRight({ client }: Connection, server: Server): Promise<void> {
  if (await hasRight(client)) return
  throw new NselfError(
    'refused',
    `a scratch database is needed, but ${server.user} may not create one on ${placeOf(server)}`,
    {
      hint: 'ALTER ROLE … CREATEDB; or name a server where it may: --shadow-url postgresql://user:password@host:5432/postgres',
    },
  )
}

function scratchOn({ client }: Connection, server: Server, token: string): Scratch {
  let count = 0
  // The mark is for the compiler alone, so it has to be claimed.
  const at = (database: string) => ({ ...server, database }) as ScratchServer
  return {
    async create(from) {
      const database = `${prefix}${token}_${++count}`
      await client.query(
        `CREATE DATABASE ${quoteIdentifier(database)}${from ? ` TEMPLATE ${quoteIdentifier(from.database)}` : ''}`,
      )
      return at(database)
    },
    async findTemplate(keys) {
      if (keys.length === 0) return null
      const names = keys.map((key) => `${templatePrefix}${key}`)
      const { rows } = await client.query<{ name: string }>(
        `SELECT datname AS name FROM pg_database WHERE datname IN (${names.map(quoteLiteral).join(', ')})`,
      )
      const found = new Set(rows.map((row) => row.name))
      const key = keys.find((_, i) => found.has(names[i] as string))
      return key === undefined ? null : { key, server: at(`${templatePrefix}${key}`) }
    },
    async saveTemplate(key, from) {
      const name = `${templatePrefix}${key}`
      // Another command may have made it meanwhile.
      await client
        .query(`CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE ${quoteIdentifier(from.database)}`)
        .catch(() => {})
      await dropOldTemplates(client)
    },
  }
}

/** What commands have left that were killed: their connection is gone, their databases are not. */
async function sweep(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT d.datname AS name FROM pg_database d WHERE d.datname ^@ '${prefix}' AND NOT EXISTS
      (SELECT FROM pg_stat_activity a WHERE a.application_name ^@ '${prefix}' AND d.datname ^@ (a.application_name || '_'))`,
  )
  for (const { name } of rows) await drop(client, name)
}

async function dropAll(client: Client, start: string): Promise<void> {
  const find = () =>
    client.query<{ name: string }>(`SELECT datname AS name FROM pg_database WHERE datname ^@ ${quoteLiteral(start)}`)
  // A cancel request that was late can hit the first of these.
  const { rows } = await find().catch(() => find().catch(() => ({ rows: [] })))
  for (const { name } of rows) await drop(client, name)
}

/** The oldest go: a database's number grows with its age. */
async function dropOldTemplates(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database WHERE datname ^@ '${templatePrefix}' ORDER BY oid DESC OFFSET ${templatesKept}`,
  )
  for (const { name } of rows) await drop(client, name)
}

/** Ends what still works there for us, such as a query that was cancelled and does not know yet. */
async function drop(client: Client, name: string): Promise<void> {
  const sql = `DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`
  await client.query(sql).catch(() => client.query(sql).catch(() => {}))
}
