import { isSocket, type Place } from '../../core/connection/link.ts'
import { type Engine, engineOf, otherEngine } from '../../core/engine.ts'
import { NselfError } from '../../core/errors.ts'
import { systemCodeOf } from '../../core/system-error.ts'
import { configOf, connectTimeout, passwordSourceOf } from './client-config.ts'
import { connectionError } from './connection-error.ts'
import { hasTransactionalDdl } from './engine.ts'
import { liftLimits } from './limits.ts'
import { failOnceLost } from './lost-connection.ts'
import { type Client, cancelKeyOf, cancelWire, loadPg, offersBinding, pidOf, reportedBy, socketOf } from './pg.ts'
import { firstThatAnswers } from './places.ts'
import { placeOf, type Server, spokenPlace } from './server.ts'
import { endWhenSilent, giveUpWhenPressed } from './silence.ts'
import { tlsOptions } from './tls.ts'
import { traceClient } from './trace.ts'

/** What a notice says besides its message. */
interface NoticeDetail {
  readonly code: string | undefined
  readonly detail: string | undefined
}

export interface Connection {
  readonly client: Client
  readonly server: Server
  /** Which of its places it is. */
  readonly place: Place
  /** What the server reported of itself, by the name of the parameter. */
  readonly reported: ReadonlyMap<string, string>
  /** Told of each NOTICE while it is set. */
  onNotice: ((message: string, severity: string, more: NoticeDetail) => void) | null
}

const goodbyeTimeout = 5000

/**
 * Opens a connection whose queries are pipelined: each is sent at once, answers come in order. It ends by itself when
 * an answer does not come although the server does not work on it; then all its queries fail with LostConnection.
 * @throws NselfError `connection` with what to look at.
 */
export async function connect(server: Server, applicationName: string): Promise<Connection> {
  const connection = await connectAsPerson(server, applicationName)
  liftLimits(connection)
  return connection
}

/** The same for what a person types: there all limits of the role and the database hold. */
export async function connectAsPerson(server: Server, applicationName: string): Promise<Connection> {
  const connection = await open(server, applicationName, connectTimeout)
  endWhenSilent(connection.client, async (timeoutMs) => (await open(server, 'nself watch', timeoutMs)).client)
  return connection
}

async function open(server: Server, applicationName: string, timeoutMs: number): Promise<Connection> {
  const attempt = () => firstThatAnswers(server, (place, tls) => openAt(server, place, tls, applicationName, timeoutMs))
  const passwords = passwordSourceOf(server)
  const isFresh = passwords?.known === null
  // Before the server is waiting for it: a command may take longer than a login.
  await passwords?.read()
  const again = async (error: unknown) => {
    // A token of an hour ago is none any more.
    if (passwords !== null && !isFresh && systemCodeOf(error) === '28P01') {
      passwords.forget()
      await passwords.read()
      return attempt()
    }
    if (!isBeingRenamed(error)) throw error
    await new Promise((resolve) => setTimeout(resolve, renameTakes))
    return attempt()
  }
  const connection = await attempt()
    .catch(again)
    .catch((error: unknown) => {
      throw error instanceof NselfError ? error : connectionError(error, server)
    })
  traceClient(connection.client, placeOf(server), applicationName)
  const engine = engineOf({ host: connection.place.host, reported: connection.reported })
  if (engine !== null) await refuse(connection, engine)
  return connection
}

const renameTakes = 300

/** A database whose place another one takes is gone for a moment; of one that was never there the server has no more to say. */
function isBeingRenamed(error: unknown): boolean {
  return systemCodeOf(error) === '3D000' && error instanceof Error && 'detail' in error && error.detail !== undefined
}

async function refuse(connection: Connection, engine: Engine): Promise<void> {
  if (engine === 'YugabyteDB' && (await hasTransactionalDdl(connection.client))) return
  await disconnect(connection)
  throw otherEngine(engine, spokenPlace(connection.server))
}

/** One attempt at one place. @throws what the library and the server say. */
async function openAt(
  server: Server,
  place: Place,
  tls: boolean,
  applicationName: string,
  timeoutMs: number,
): Promise<Connection> {
  const { Client } = await loadPg()
  const config = await configOf(server, place, tls, { applicationName, timeoutMs })
  const client = new Client(config)
  failOnceLost(client, spokenPlace(server))
  const connection: Connection = { client, server, place, reported: reportedBy(client), onNotice: null }
  // A lost connection reaches every query that waits; without a listener it would also end the process.
  client.on('error', () => {})
  client.on('notice', (notice) => {
    const { message = '', severity = 'NOTICE', code, detail } = notice
    connection.onNotice?.(message, severity, { code, detail })
  })
  const bound = server.link?.channelBinding === 'require' ? offersBinding(client) : null
  const made = giveUpWhenPressed(() => hangUp(connection))
  await client.connect().finally(made)
  if (bound?.() === false) {
    hangUp(connection)
    throw new NselfError(
      'connection',
      `${spokenPlace(server)} offers no channel binding, and channel_binding=require`,
      {
        hint: 'nothing but the login was sent; remove channel_binding=require, or let the server use SCRAM and TLS',
      },
    )
  }
  return connection
}

/** Asks the server, on a connection of its own as the protocol wants it, to cancel what it does for this one. */
export async function cancel({ client, server, place }: Connection): Promise<void> {
  const encrypted = 'encrypted' in socketOf(client)
  const wire = await cancelWire(encrypted ? await tlsOptions(place, server.ssl, server.link ?? {}) : false)
  wire.on('error', () => {})
  wire.on(encrypted ? 'sslconnect' : 'connect', () => wire.cancel(pidOf(client), cancelKeyOf(client)))
  const host = place.hostaddr ?? place.host
  // The folder of a Unix socket is no host name: the socket in it is named by the port.
  if (isSocket(host)) wire.connect(`${host}/.s.PGSQL.${place.port}`)
  else wire.connect(place.port, host)
}

/** Says goodbye; a server that does not answer to that is left. */
export async function disconnect(connection: Connection): Promise<void> {
  const timer = setTimeout(() => hangUp(connection), goodbyeTimeout).unref()
  await connection.client.end().catch(() => {})
  clearTimeout(timer)
}

/** Closes a connection whose answers nobody waits for any more: `disconnect` would wait for them. */
export function hangUp({ client }: Connection): void {
  socketOf(client).destroy()
}
