import { NselfError } from '../../core/errors.ts'
import { interruptedWaiting } from '../../core/interruption.ts'
import { type Connection, connect, disconnect, hangUp } from '../driver/connect.ts'
import { majorOf } from '../driver/limits.ts'
import { LostConnection, lostSignal } from '../driver/lost-connection.ts'
import { type Client, pidOf } from '../driver/pg.ts'
import type { Server } from '../driver/server.ts'
import { waitFor } from '../driver/silence.ts'

/** 'nself' in ASCII: one lock per database, since advisory locks belong to one. */
const runKey = 474_382_429_286n
/** Shared by whatever works for the run that holds the lock; it can outlive that run's client by a moment. */
const workKey = runKey + 1n

/** Marks the transaction that is open as one that works for the run. */
export const shareSql = `SELECT pg_advisory_xact_lock_shared(${workKey})`
/** The same for a session, around what cannot run in a transaction. */
export const shareSessionSql = `SELECT pg_advisory_lock_shared(${workKey})`

/** Rows of pg_locks for one of our keys in this database; every role may read them. */
const heldSql = (key: bigint) => `l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (l.classid::bigint << 32) | l.objid::bigint = ${key}`

export const sessionColumns = `a.pid, a.application_name AS application, a.usename AS role, a.client_addr::text AS address, a.state,
  extract(epoch FROM clock_timestamp() - a.xact_start)::int AS seconds`

/** Who works for a run at this moment. */
export const workersSql = `SELECT l.pid FROM pg_locks l WHERE ${heldSql(workKey)} AND l.pid <> pg_backend_pid()`

/** Who keeps those waiting that work for a run. */
export const blockersSql = `SELECT DISTINCT ${sessionColumns} FROM pg_locks l,
  unnest(pg_blocking_pids(l.pid)) AS blocker LEFT JOIN pg_stat_activity a ON a.pid = blocker WHERE ${heldSql(workKey)}`

/** The standbys that a COMMIT waits for, of the backend with that pid or of whoever works for a run; no row when none does. */
export const standbysSql = (pid: number) => `SELECT current_setting('synchronous_standby_names') AS names
 FROM pg_stat_activity a WHERE a.wait_event = 'SyncRep' AND (a.pid = ${pid} OR a.pid IN (${workersSql})) LIMIT 1`

const holderSql = `SELECT ${sessionColumns} FROM pg_locks l JOIN pg_stat_activity a USING (pid)
  WHERE ${heldSql(runKey)} AND a.pid <> pg_backend_pid() LIMIT 1`

/** Who runs something on this database at this moment; null when nobody does. */
export async function readRunner(client: Client): Promise<OtherSession | null> {
  return (await client.query<OtherSession>(holderSql)).rows[0] ?? null
}

/** The session that works for the run at this moment; null where none does. */
export async function readWorker(client: Client): Promise<OtherSession | null> {
  const sql = `SELECT ${sessionColumns} FROM pg_stat_activity a WHERE a.pid IN (${workersSql}) LIMIT 1`
  return (await client.query<OtherSession>(sql)).rows[0] ?? null
}

/** Another session, as a person needs it named. */
export interface OtherSession {
  readonly pid: number | null
  readonly application: string | null
  readonly role: string | null
  readonly address: string | null
  readonly state: string | null
  readonly seconds: number | null
}

/** `pid 4711 (nself up, user app at 10.0.0.7, idle in transaction, transaction open for 12 s)` */
export function nameOf(session: OtherSession): string {
  const { pid, application, role, address, state, seconds } = session
  if (pid === null) return 'a prepared transaction (see pg_prepared_xacts)'
  const traits = [
    application,
    role && `user ${role}${address ? ` at ${address.replace(/\/\d+$/, '')}` : ''}`,
    state?.startsWith('idle in') ? state : null,
    (seconds ?? 0) < 1 ? null : `transaction open for ${seconds} s`,
  ].filter((trait) => trait)
  return `pid ${pid}${traits.length > 0 ? ` (${traits.join(', ')})` : ''}`
}

/**
 * The lock of a database, held by an open transaction on a connection of its own: so it is right behind a
 * transaction-mode pooler too, cannot be let go by a migration's DISCARD ALL, and goes with the client.
 * READ COMMITTED and idle, it holds no snapshot that CREATE INDEX CONCURRENTLY would wait for.
 */
export interface Lock {
  /** Of the session that holds it. */
  readonly pid: number
  /** Aborts when the connection is gone, and the lock with it. */
  readonly lost: AbortSignal
  release(): Promise<void>
}

/** The name under which whoever holds the lock, or waits for it, is connected. */
export const lockName = 'nself lock'

/** So often the connection that holds the lock is used, so that its loss shows while the work goes on elsewhere. */
const pulse = 10_000

/** How to wait for others. */
export interface Waiting {
  readonly waitMs: number
  readonly tell: (sentence: string) => void
  readonly signal: AbortSignal
}

/**
 * Waits for the lock by polling outside a transaction: a waiter inside one deadlocks with CREATE INDEX CONCURRENTLY.
 * @param open a connection to hold it with; without it one is made. It is closed when the lock is let go, or not got.
 * @throws NselfError `locked` after `waitMs`, naming the holder; `interrupted`; `connection`.
 */
export async function acquireLock(server: Server, options: Waiting, open: Connection | null = null): Promise<Lock> {
  let connection = open ?? (await connect(server, lockName))
  // Sent along with what follows: whoever waits for the lock wants to know what holds it.
  if (open !== null) connection.client.query(`SET application_name = '${lockName}'`).catch(() => {})
  for (let lives = 3; ; lives--) {
    try {
      await poll(connection, options)
      break
    } catch (error) {
      await disconnect(connection)
      // A restore that puts another database in place ends those who wait.
      if (!(error instanceof LostConnection) || lives === 0 || options.signal.aborted) throw error
      connection = await connect(server, lockName)
    }
  }
  const lost = lostSignal(connection.client)
  const held = connection
  const stopBeating = beat(held)
  return {
    pid: pidOf(held.client),
    lost,
    async release() {
      stopBeating()
      await letGo(held)
    },
  }
}

/** Gives the lock back; where nothing answers, by leaving: the server notices. */
async function letGo(connection: Connection): Promise<void> {
  const rolledBack = connection.client.query('ROLLBACK').then(
    () => true,
    () => true,
  )
  // It keeps no process alive: as long as the answer is waited for, the connection does.
  const silence = new Promise((resolve) => setTimeout(resolve, waitFor(goodbye, 1000), false).unref())
  const answered = await Promise.race([rolledBack, silence])
  if (answered === false) hangUp(connection)
  // Nobody waits for its end: the lock is gone.
  void disconnect(connection)
}

const goodbye = 10_000

/** Uses the connection now and then; returns what ends that. The query is empty: it takes no snapshot, for which CREATE INDEX CONCURRENTLY would wait. */
function beat({ client }: Connection): () => void {
  let timer: NodeJS.Timeout
  const later = () => {
    timer = setTimeout(() => void client.query('').then(later, () => {}), pulse).unref()
  }
  later()
  return () => clearTimeout(timer)
}

/** Of transactions that last as long as the lock is held no limit may end one; PostgreSQL 17 has a second. */
function holdSql(connection: Connection): string {
  const limits = ['idle_in_transaction_session_timeout', ...(majorOf(connection) >= 17 ? ['transaction_timeout'] : [])]
  return ['BEGIN ISOLATION LEVEL READ COMMITTED', ...limits.map((name) => `SET LOCAL ${name} = 0`)].join('; ')
}

async function poll(connection: Connection, { waitMs, tell, signal }: Waiting): Promise<void> {
  const { client } = connection
  const began = Date.now()
  let told = 0
  for (let pause = 20; ; pause = Math.min(pause * 1.5, 150)) {
    if (signal.aborted) throw interruptedWaiting(signal, 'the lock')
    const begin = client.query(holdSql(connection))
    const attempt = client.query<{ got: boolean }>(`SELECT pg_try_advisory_xact_lock(${runKey}) AS got`)
    const [, { rows }] = await Promise.all([begin, attempt])
    if (rows[0]?.got) return
    const holder = (await client.query<OtherSession>(holderSql).catch(() => null))?.rows[0]
    await client.query('ROLLBACK')
    const name = holder === undefined ? 'it has just ended' : nameOf(holder)
    const waited = Date.now() - began
    if (waited >= waitMs) {
      throw new NselfError('locked', `another nself run holds the lock of this database: ${name}`, {
        hint: `waited ${Math.round(waitMs / 1000)}s; nothing was changed; wait longer with --lock-wait 10min, or see what it does: SELECT * FROM pg_stat_activity WHERE pid = ${holder?.pid ?? '…'}`,
      })
    }
    if (Date.now() - told > 5000) {
      tell(`Waiting for another nself run: ${name}`)
      told = Date.now()
    }
    await new Promise((resolve) => setTimeout(resolve, pause * (0.75 + Math.random() / 2)))
  }
}
