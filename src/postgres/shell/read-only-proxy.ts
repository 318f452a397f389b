import { randomBytes, randomInt } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import { NselfError } from '../../core/errors.ts'
import { type Connection, cancel, connectAsPerson, disconnect } from '../driver/connect.ts'
import { socketOf } from '../driver/pg.ts'
import type { Server } from '../driver/server.ts'
import { ReadOnlySession } from './read-only-session.ts'
import { encode, errorMessage, Frames, readyMessage, texts, type WireMessage } from './wire.ts'

/** Requests that come instead of a startup packet, by their number. */
const requests = { cancel: 80877102, tls: 80877103, gss: 80877104 }

/** What a server tells at the start, and psql wants to know. */
const reported = [
  'server_version',
  'server_encoding',
  'client_encoding',
  'is_superuser',
  'session_authorization',
  'DateStyle',
  'IntervalStyle',
  'TimeZone',
  'integer_datetimes',
  'standard_conforming_strings',
]

export interface ReadOnlyProxy {
  /** Where psql connects to, in place of the server. */
  readonly server: Server
  close(): Promise<void>
}

interface Known {
  readonly key: readonly [number, number]
  readonly connection: Connection
}

/**
 * Listens on loopback and passes on to a server what can only read. No setting could hold a session to that:
 * default_transaction_read_only is undone by SET, a role by RESET ROLE, and a role made for it would itself be a write, see
 * less behind row-level security, and call SECURITY DEFINER functions that write. So the transactions are not psql's but
 * ours: each statement runs inside one that is READ ONLY beyond its reach (see read-only.ts) and ends with ROLLBACK.
 * What acts outside of transactions, as COPY … TO PROGRAM and dblink do, remains to those whose role has these rights.
 */
export async function startReadOnlyProxy(server: Server): Promise<ReadOnlyProxy> {
  const password = randomBytes(24).toString('base64url')
  const sessions = new Set<Known>()
  const sockets = new Set<Socket>()
  const listener = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    serve(socket, { server, password, sessions })
  })
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(0, '127.0.0.1', resolve)
  })
  const address = listener.address()
  // A socket of the file system has a text for its address.
  if (address === null || typeof address === 'string') throw new Error('the proxy listens at no port')
  const { port } = address
  return {
    server: { ...server, host: '127.0.0.1', port, password, ssl: 'disable', link: undefined },
    async close() {
      listener.close()
      for (const socket of sockets) socket.destroy()
      await Promise.all([...sessions].map(({ connection }) => disconnect(connection)))
    },
  }
}

interface Gate {
  readonly server: Server
  /** Anybody on this machine can connect to loopback: only our psql knows it. */
  readonly password: string
  readonly sessions: Set<Known>
}

/** One connection of psql, message by message. */
function serve(socket: Socket, gate: Gate): void {
  const frames = new Frames(false)
  let wanted: Map<string, string> | null = null
  let session: ReadOnlySession | null = null
  const take = async (message: WireMessage): Promise<void> => {
    if (session !== null) return session.handle(message)
    if (wanted !== null) {
      const knows = message.type === 'p' && texts(message.body)[0] === gate.password
      session = knows ? await enter(socket, wanted, gate) : reject(socket, '28P01', 'wrong password')
      return
    }
    const code = message.body.readInt32BE(0)
    if (code === requests.tls || code === requests.gss) socket.write('N')
    else if (code === requests.cancel) {
      const [pid, secret] = [message.body.readInt32BE(4), message.body.readInt32BE(8)]
      const known = [...gate.sessions].find(({ key }) => key[0] === pid && key[1] === secret)
      if (known !== undefined) await cancel(known.connection)
      socket.end()
    } else {
      wanted = parameters(message.body)
      frames.started()
      socket.write(encode('R', 3))
    }
  }
  // One after the other, in the order they came.
  let queue = Promise.resolve()
  socket.on('data', (chunk: Buffer) => {
    const messages = frames.push(chunk)
    if (messages === null) socket.destroy()
    for (const message of messages ?? []) {
      queue = queue.then(() => take(message)).catch((error: Error) => void reject(socket, '08006', error.message))
    }
  })
}

function parameters(body: Buffer): Map<string, string> {
  const words = texts(body.subarray(4))
  return new Map(
    words.flatMap((word, i): [string, string][] => (i % 2 === 0 && word !== '' ? [[word, words[i + 1] ?? '']] : [])),
  )
}

/** Connects to the server as nself does, and lets psql in. */
async function enter(
  socket: Socket,
  wanted: Map<string, string>,
  { server, sessions }: Gate,
): Promise<ReadOnlySession | null> {
  const user = wanted.get('user') ?? server.user
  if (user !== server.user) return reject(socket, '28000', `a read-only shell keeps the user ${server.user}`)
  let connection: Connection
  try {
    connection = await connectAsPerson({ ...server, database: wanted.get('database') ?? user }, 'nself shell')
  } catch (error) {
    return reject(socket, '08001', error instanceof NselfError ? error.message : String(error))
  }
  const known: Known = { key: [randomInt(1, 2 ** 31), randomInt(1, 2 ** 31)], connection }
  sessions.add(known)
  socket.on('close', () => {
    sessions.delete(known)
    void cancel(connection).finally(() => disconnect(connection))
  })
  const { rows } = await connection.client.query<{ name: string; value: string }>(
    'SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name',
    [reported],
  )
  const told = rows.map(({ name, value }) => encode('S', name, value))
  const stream = socketOf(connection.client)
  // From here on the bytes are ours: the driver has connected, and has no say any more.
  stream.removeAllListeners('data')
  const session = new ReadOnlySession(socket, stream)
  socket.write(Buffer.concat([encode('R', 0), ...told, encode('K', ...known.key), readyMessage('I')]))
  return session
}

function reject(socket: Socket, sqlstate: string, message: string): null {
  socket.end(errorMessage('FATAL', sqlstate, message))
  return null
}
