import type { ClientConfig } from 'pg'
import { type Engine, engineOf, otherEngine } from '../../core/engine.ts'
import { NselfError } from '../../core/errors.ts'
import { systemCodeOf } from '../../core/system-error.ts'
import { hasTransactionalDdl } from './engine.ts'
import { clientOf } from './lost-connection.ts'
import { type Client, cancelKeyOf, cancelWire, loadPg, pidOf, reportedBy, socketOf } from './pg.ts'
import { endWhenSilent } from './silence.ts'
import { traceClient } from './trace.ts'

/** Where a server is and how to enter it. */
export interface Server {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string | null
  readonly database: string
  readonly ssl?: string | undefined
}

/** What a notice says besides its message. */
interface NoticeDetail {
  readonly code: string | undefined
  readonly detail: string | undefined
}

export interface Connection {
  readonly client: Client
  readonly server: Server
  /** What the server reported of itself, by the name of the parameter. */
  readonly reported: ReadonlyMap<string, string>
  /** Told of each NOTICE while it is set. */
  onNotice: ((message: string, severity: string, more: NoticeDetail) => void) | null
}

/** `HOST:PORT/DATABASE`, for messages. */
export function placeOf(server: Server): string {
  return `${hostAndPort(server)}/${server.database}`
}

/** `HOST:PORT` */
export function hostAndPort({ host, port }: Server): string {
  return `${host}:${port}`
}

/** The folder of a Unix socket is no host name: the socket in it is named by the port. */
const isSocket = (host: string): boolean => host.startsWith('/')

const connectTimeout = 15_000
const askTimeout = 5000
const goodbyeTimeout = 5000

/**
 * Opens a connection whose queries are pipelined: each is sent at once, answers come in order. It ends by itself when
 * an answer does not come although the server does not work on it; then all its queries fail with LostConnection.
 * @throws NselfError `connection` with what to look at.
 */
export async function connect(server: Server, applicationName: string): Promise<Connection> {
  const connection = await connectAsPerson(server, applicationName)
  stayConnected(connection)
  return connection
}

/** The same for what a person types: there all limits of the role and the database hold. */
export async function connectAsPerson(server: Server, applicationName: string): Promise<Connection> {
  const connection = await open(server, applicationName, connectTimeout)
  endWhenSilent(connection.client, async () => (await open(server, 'nself watch', askTimeout)).client)
  return connection
}

async function open(server: Server, applicationName: string, timeoutMs: number): Promise<Connection> {
  const { Client } = await loadPg()
  const client = new (clientOf(Client, placeOf(server)))(configOf(server, applicationName, timeoutMs))
  const connection: Connection = { client, server, reported: reportedBy(client), onNotice: null }
  // A lost connection reaches every query that waits; without a listener it would also end the process.
  client.on('error', () => {})
  client.on('notice', (notice) => {
    const { message = '', severity = 'NOTICE', code, detail } = notice
    connection.onNotice?.(message, severity, { code, detail })
  })
  try {
    await client.connect()
  } catch (error) {
    throw connectionError(error, server)
  }
  traceClient(client, placeOf(server), applicationName)
  const engine = engineOf({ host: server.host, reported: connection.reported })
  if (engine !== null) await refuse(connection, engine)
  return connection
}

async function refuse(connection: Connection, engine: Engine): Promise<void> {
  if (engine === 'YugabyteDB' && (await hasTransactionalDdl(connection.client))) return
  await disconnect(connection)
  throw otherEngine(engine, placeOf(connection.server))
}

/** The major of the server, of which only what is 10 or later is told apart; 0 where it does not say. */
export const majorOf = ({ reported }: Pick<Connection, 'reported'>): number =>
  Number.parseInt(reported.get('server_version') ?? '0', 10)

/**
 * Has the limits of the role or the database for idle sessions and for whole transactions not end what nself holds open
 * while it works elsewhere or a person thinks. They are back for each migration, whose session is reset first. Sent along
 * with the first query; behind a pooler, where it would stay with a server that others get next, it does nothing.
 */
function stayConnected(connection: Connection): void {
  const limits = ['idle_in_transaction_session_timeout']
  if (majorOf(connection) >= 14) limits.push('idle_session_timeout')
  if (majorOf(connection) >= 17) limits.push('transaction_timeout')
  const list = limits.map((name) => `pg_catalog.set_config('${name}', '0', false)`).join(', ')
  const { client } = connection
  client.query(`SELECT ${list} WHERE pg_catalog.pg_backend_pid() = ${pidOf(client)}`).catch(() => {})
}

function configOf(server: Server, applicationName: string, timeoutMs: number): ClientConfig & { pipeline: boolean } {
  return {
    host: server.host,
    port: server.port,
    user: server.user,
    password: server.password ?? '',
    database: server.database,
    application_name: applicationName,
    // Sooner than firewalls and load balancers forget a connection on which nothing moves.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: timeoutMs,
    pipeline: true,
    ssl: tls(server.ssl),
  }
}

/** Asks the server, on a connection of its own as the protocol wants it, to cancel what it does for this one. */
export async function cancel({ client, server }: Connection): Promise<void> {
  const wire = await cancelWire()
  wire.on('error', () => {})
  wire.on('connect', () => wire.cancel(pidOf(client), cancelKeyOf(client)))
  if (isSocket(server.host)) wire.connect(`${server.host}/.s.PGSQL.${server.port}`)
  else wire.connect(server.port, server.host)
}

/** Says goodbye; a server that does not answer to that is left. */
export async function disconnect(connection: Connection): Promise<void> {
  const timer = setTimeout(() => hangUp(connection), goodbyeTimeout)
  await connection.client.end().catch(() => {})
  clearTimeout(timer)
}

/** Closes a connection whose answers nobody waits for any more: `disconnect` would wait for them. */
export function hangUp({ client }: Connection): void {
  socketOf(client).destroy()
}

function tls(mode: string | undefined): ClientConfig['ssl'] {
  if (mode === undefined || mode === 'disable' || mode === 'allow' || mode === 'prefer') return false
  return mode === 'verify-full' || mode === 'verify-ca' ? true : { rejectUnauthorized: false }
}

const hints: Record<string, string> = {
  ECONNREFUSED: 'is the server running, and is this its host and port?',
  ENOTFOUND: 'check the host name',
  EAI_AGAIN: 'check the host name and the network',
  ETIMEDOUT: 'check the host, the port and any firewall between',
  '28P01': 'check the password (POSTGRES_PASSWORD, DATABASE_URL or --database-url)',
  '28000': "check the user and the server's pg_hba.conf",
  '3D000': 'create the database first: createdb NAME',
  '53300': 'the server has no free connection; close some, or raise max_connections',
  '57P03': 'the server is starting or stopping; try again in a moment',
}

function connectionError(error: unknown, server: Server): NselfError {
  const code = systemCodeOf(error)
  const text = (error instanceof Error && error.message) || code || 'no answer'
  return new NselfError('connection', `cannot connect to ${placeOf(server)} as ${server.user}: ${text}`, {
    hint: hints[code ?? ''] ?? 'check the connection settings: nself db migrate status --help',
    cause: error,
  })
}
