import { NselfError } from '../../core/errors.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { type Client, pidOf } from '../driver/pg.ts'
import { lockName, nameOf, type OtherSession } from '../lock/advisory-lock.ts'

/** The sessions on a database, less those given. Every role may see these traits of all. */
export async function sessionsOn(
  client: Client,
  database: string,
  but: readonly number[] = [],
): Promise<OtherSession[]> {
  const { rows } = await client.query<OtherSession>(
    `SELECT pid, application_name AS application, usename AS role, client_addr::text AS address, state, NULL::int AS seconds
     FROM pg_stat_activity WHERE datname = ${quoteLiteral(database)} AND pid <> ALL ('{${but.join(',')}}')
     AND pid <> pg_backend_pid() AND backend_type = 'client backend' ORDER BY pid`,
  )
  return rows
}

/** Those that stay: a command that has just ended, or one that only looks, is given a second to go. */
export async function sessionsStaying(client: Client, database: string): Promise<OtherSession[]> {
  const until = performance.now() + 1000
  for (;;) {
    const sessions = await sessionsOn(client, database)
    if (sessions.length === 0 || performance.now() > until) return sessions
    await pause(50)
  }
}

/** The first sessions by name, and how many more there are. */
export function namesOf(sessions: readonly OtherSession[]): string {
  const shown = sessions.slice(0, 5).map(nameOf).join('; ')
  return sessions.length > 5 ? `${shown}; and ${sessions.length - 5} more` : shown
}

/** Ends sessions; resolves to why one could not be. */
async function end(client: Client, database: string, but: readonly number[]): Promise<NselfError | null> {
  let barred: NselfError | null = null
  for (const session of await sessionsOn(client, database, but)) {
    await client.query(`SELECT pg_terminate_backend(${session.pid})`).catch((error) => {
      barred = new NselfError('refused', `the role may not end ${nameOf(session)}: ${error.message}`, {
        hint: 'end it yourself, or connect as a role that may (pg_signal_backend); nothing was changed',
        cause: error,
      })
    })
  }
  return barred
}

async function endWaiting(client: Client, database: string, but: readonly number[]): Promise<void> {
  for (const { pid, application } of await sessionsOn(client, database, but)) {
    // One of another role stays, and is named.
    if (application === lockName) await client.query(`SELECT pg_terminate_backend(${pid})`).catch(() => {})
  }
}

export interface Emptying {
  readonly database: string
  /** Our own session that goes by itself once the others are gone, and how it goes. */
  readonly own: { readonly pid: number; readonly leave: () => Promise<void> } | null
  /** Consent to end those of others. */
  readonly endOthers: boolean
}

/**
 * Runs a statement that needs a database without sessions, such as a rename or a copy. It waits for them, for five
 * seconds, with a lock that lets nobody new in: only then are those that are there ended, so none slips in between.
 * @param worker sends the statement; `watcher` is another connection.
 * @throws NselfError `refused` that names who is still there; what the statement throws.
 */
export async function withoutSessions(
  worker: Client,
  watcher: Client,
  statement: string,
  { database, own, endOthers }: Emptying,
): Promise<void> {
  const working = worker.query(statement)
  let over = false
  const done = working.then(
    () => null,
    (error: { code?: string }) => error,
  )
  void done.then(() => {
    over = true
  })
  const pid = pidOf(worker)
  while (!over && !(await holdsDatabase(watcher, pid, database))) await pause(20)
  const but = own === null ? [] : [own.pid]
  // Who only waits for the lock that we hold comes back by itself.
  if (!endOthers && own !== null) await endWaiting(watcher, database, but)
  const barred = endOthers ? await end(watcher, database, but) : null
  await own?.leave()
  const there = await sessionsOn(watcher, database)
  const error = await done
  if (error === null) return
  if (error.code !== '55006') throw error
  if (barred !== null) throw barred
  // Those that are on their way out are named too.
  const left = await sessionsOn(watcher, database)
  throw inUse(database, left.length > 0 ? left : there)
}

/** The error where others are connected to a database that must be free. */
export function inUse(database: string, sessions: readonly OtherSession[]): NselfError {
  const who = sessions.length === 0 ? 'a prepared transaction or a session that has just gone' : namesOf(sessions)
  return new NselfError('refused', `others are connected to ${database}: ${who}`, {
    hint: 'close them, or let nself end them with --end-connections; nothing was changed',
  })
}

/** Whether it has the lock on the database that keeps new sessions out: ShareLock for a copy, the strongest for a rename. */
async function holdsDatabase(client: Client, pid: number, database: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM pg_locks WHERE pid = ${pid} AND granted AND locktype = 'object' AND classid = 'pg_database'::regclass
     AND objid = (SELECT oid FROM pg_database WHERE datname = ${quoteLiteral(database)})`,
  )
  return rowCount !== 0
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
