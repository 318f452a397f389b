import { randomBytes } from 'node:crypto'
import { NselfError } from '../../core/errors.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import { type Connection, connect, disconnect } from '../driver/connect.ts'
import { type Client, keepsAlive } from '../driver/pg.ts'
import { type Server, spokenPlace } from '../driver/server.ts'
import { claim, isClaimed, ourConnectionLimit } from './databases.ts'
import { namesOf, sessionsOn } from './sessions.ts'

const prefix = 'nself_test_'
/** Of the token that tells whose they are, in hexadecimal digits. */
const tokenLength = 8
const named = `'^${prefix}[0-9a-f]{${tokenLength}}_\\d+$'`

/** Where databases of other databases are made: not in one of a user's, which could not be copied meanwhile. */
export function connectAside(server: Server): Promise<Connection> {
  return connect({ ...server, database: 'postgres' }, 'nself test databases').catch(() =>
    connect(server, 'nself test databases'),
  )
}

/**
 * The test databases of this process on one server. That it lives is told by a connection that stays open; whoever
 * comes after its death drops what is left.
 */
export class TestDatabases {
  private readonly server: Server
  private readonly owner: Connection
  private readonly token: string
  private worker: Promise<Connection> | null = null
  private readonly clients: Client[] = []
  private count = 0
  private busy = 0

  private constructor(server: Server, owner: Connection, token: string) {
    this.server = server
    this.owner = owner
    this.token = token
    this.clients.push(owner.client)
    this.hold()
  }

  /** @param lost is called when the connection that tells of this process has ended. */
  static async open(server: Server, lost: () => void): Promise<TestDatabases> {
    const token = randomBytes(tokenLength / 2).toString('hex')
    const owner = await connectAside(server)
    // What a client that was killed began must not go on without it; older servers cannot.
    await owner.client.query("SET client_connection_check_interval = '1s'").catch(() => {})
    await claim(owner.client, prefix + token)
    owner.client.once('end', lost)
    return new TestDatabases(server, owner, token)
  }

  /** A copy of a template. @param settings statements that give it, by its name, what a copy does not have. */
  async create(template: string, settings: (name: string) => readonly string[]): Promise<string> {
    const name = `${prefix}${this.token}_${++this.count}`
    const sql = `CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE ${quoteIdentifier(template)} CONNECTION LIMIT ${ourConnectionLimit}`
    await this.working(async () => {
      await this.owner.client.query(sql)
      for (const statement of settings(name)) await this.owner.client.query(statement)
    })
    return name
  }

  /** @throws NselfError `refused` while somebody is connected. */
  async refuseUsed(name: string): Promise<void> {
    const { client } = this.owner
    let sessions = await this.working(() => sessionsOn(client, name))
    for (let tries = 0; sessions.length > 0 && tries < farewells; tries++) {
      // The server waits, for a test may have put a clock of its own in place of this process's.
      sessions = await this.working(async () => {
        await client.query('SELECT pg_sleep(0.005)')
        return sessionsOn(client, name)
      })
    }
    if (sessions.length === 0) return
    throw new NselfError('refused', `${name} is still used: ${namesOf(sessions)}; it was not dropped`, {
      hint: 'end its pools and clients before drop(), for example: await pool.end()',
    })
  }

  /** By a connection of its own, so that nobody waits for it who wants a new one. */
  async drop(name: string): Promise<void> {
    await this.working(async () => {
      this.worker ??= this.startWorker()
      const { client } = await this.worker
      await client.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`)
    })
  }

  /** Drops what processes have left that are gone, and that nobody is connected to. */
  async sweep(): Promise<void> {
    const { rows } = await this.owner.client.query<{ name: string }>(
      `SELECT datname AS name FROM pg_database d WHERE datname ~ ${named} AND datconnlimit = ${ourConnectionLimit}
       AND pg_has_role(datdba, 'MEMBER') AND NOT ${isClaimed(`left(datname, ${prefix.length + tokenLength})`)}
       AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid AND backend_type = 'client backend')`,
    )
    for (const { name } of rows) await this.drop(name).catch(() => {})
  }

  async close(): Promise<void> {
    const worker = await this.worker?.catch(() => null)
    if (worker) await disconnect(worker)
    await disconnect(this.owner)
  }

  private async startWorker(): Promise<Connection> {
    const worker = await connectAside(this.server)
    this.clients.push(worker.client)
    return worker
  }

  /** The process lives as long as something is under way, and no longer. */
  private async working<T>(work: () => Promise<T>): Promise<T> {
    this.busy++
    this.hold()
    try {
      return await work()
    } finally {
      this.busy--
      this.hold()
    }
  }

  private hold(): void {
    for (const client of this.clients) keepsAlive(client, this.busy > 0)
  }
}

/** How often to look for sessions that may just be ending: a server notices within milliseconds that a client is gone. */
const farewells = 200

/** @throws NselfError `refused` where the role may make no databases. */
export async function refuseWithoutRight({ client, server }: Connection): Promise<void> {
  const { rows } = await client.query<{ may: boolean }>(
    'SELECT (rolcreatedb OR rolsuper) AND NOT pg_is_in_recovery() AS may FROM pg_roles WHERE rolname = current_user',
  )
  if (rows[0]?.may) return
  throw new NselfError('refused', `${server.user} may not create test databases on ${spokenPlace(server)}`, {
    hint: `as a superuser there: ALTER ROLE ${quoteLiteral(server.user).slice(1, -1)} CREATEDB`,
  })
}
