import { NselfError } from '../../core/errors.ts'
import { interruptedWaiting } from '../../core/interruption.ts'
import { type Connection, cancel, hangUp } from '../driver/connect.ts'
import { type Client, pidOf } from '../driver/pg.ts'
import { spokenPlace } from '../driver/server.ts'
import { type Waiting, workersSql } from '../lock/advisory-lock.ts'
import { type History, readHistory } from '../tracking/history.ts'

/** A connection that a run works on, and what was found out about it. */
export interface Session {
  readonly client: Client
  readonly connection: Connection
  /** The server may be another one for each transaction: nothing that outlives one may be left behind. */
  readonly pooled: boolean
  /** The server can notice in the middle of a statement that its client is gone. */
  readonly checksClient: boolean
  /** Who the session was when it began: not the login where it has a role set, by ALTER ROLE … SET role. */
  readonly user: string
  /** How Citus modifies its shards, as the session began; null where there is no Citus. */
  readonly citusMode: string | null
}

/** A pooler that has no second server for us keeps us waiting for as long as we hold the first. */
const poolPatience = 20_000

/**
 * Opens a session for work under the lock, and reads the history as it is now. What a run whose client was
 * killed still does on the server is waited for first: it may yet commit.
 * @throws NselfError `connection`; `locked` when that takes too long, `interrupted`.
 */
export async function openSession(
  connection: Connection,
  waiting: Waiting,
): Promise<{ session: Session; history: History }> {
  const { client } = connection
  const probing = client.query("SET client_connection_check_interval = '1s'").then(
    () => true,
    () => false,
  )
  const opening = Promise.all([probing, quiet(client, waiting)])
  const [checksClient, history] = await Promise.race([opening, poolIsFull(connection)])
  const { pid, user, citusMode } = history.facts
  const pooled = pid !== pidOf(client)
  return { session: { client, connection, pooled, checksClient, user, citusMode }, history }
}

/** The history, read once nobody works for a run that is gone. */
async function quiet(client: Client, { waitMs, tell, signal }: Waiting): Promise<History> {
  const began = Date.now()
  for (let told = false; ; told = true) {
    // Sent together: what is read after nobody was found at work cannot change any more.
    const asking = client.query<{ pid: number }>(workersSql)
    const reading = readHistory(client)
    reading.catch(() => {})
    const { rows } = await asking
    if (rows.length === 0) return reading
    const pids = rows.map((row) => row.pid).join(', ')
    if (signal.aborted) throw interruptedWaiting(signal, `backend ${pids}`)
    if (Date.now() - began >= waitMs) {
      throw new NselfError(
        'locked',
        `the last statement of a killed run (backend ${pids}) is still running on the server`,
        {
          hint: `waited ${Math.round(waitMs / 1000)}s; nothing was changed; wait longer with --lock-wait 10min, or end it: SELECT pg_terminate_backend(${rows[0]?.pid})`,
        },
      )
    }
    if (!told) tell(`Waiting for the last statement of a killed run (backend ${pids}) to end on the server`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** Ends on the server what a lost connection may still have to do. True once nothing more of it can be committed. */
export async function isEnded({ client }: Connection, lost: Connection): Promise<boolean> {
  const { rows } =
    await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ${pidOf(lost.client)}
    AND datname = current_database() AND usename = session_user AND application_name LIKE 'nself %'`)
  return rows.length === 0
}

async function poolIsFull(connection: Connection): Promise<never> {
  const { client, server } = connection
  const first = client.query('SELECT 1').then(
    () => true,
    () => true,
  )
  const answered = await Promise.race([
    first,
    new Promise((resolve) => setTimeout(resolve, poolPatience, false).unref()),
  ])
  if (answered) return new Promise(() => {})
  hangUp(connection)
  throw new NselfError('connection', `${spokenPlace(server)} accepts two connections but answers on only one`, {
    hint: 'there is a pooler in between: give its pool room for two connections (default_pool_size), or connect to the server itself; nothing was changed',
  })
}

/** Waits for `work`; once the signal aborts, what the server does for it is cancelled, again until it ends. */
export async function cancelling<T>(
  session: Pick<Session, 'connection'>,
  signal: AbortSignal,
  work: Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const begin = () => {
    void cancel(session.connection)
    // One that arrives between two statements has no effect.
    timer = setInterval(() => void cancel(session.connection), 500)
  }
  if (signal.aborted) begin()
  else signal.addEventListener('abort', begin, { once: true })
  try {
    return await work
  } finally {
    clearInterval(timer)
    signal.removeEventListener('abort', begin)
  }
}
