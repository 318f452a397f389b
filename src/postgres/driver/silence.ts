import { type Client, isWaiting, pidOf, queryWithin, socketOf } from './pg.ts'

interface Patience {
  /** Not a byte for so long, though an answer is waited for: time to ask the server, from elsewhere, what it does for us. */
  readonly silent: number
  readonly tick: number
  /** How many times in a row the server must be idle, or not answer, before we give up on the connection. */
  readonly strikes: number
  /** While the server waits for more of a COPY it may be our own source that is slow. */
  readonly copy: number
  readonly ask: number
}

const calm: Patience = { silent: 10_000, tick: 2500, strikes: 3, copy: 60_000, ask: 5000 }
/** Somebody has asked for an end, and waits. */
const pressed: Patience = { silent: 1000, tick: 250, strikes: 1, copy: 1000, ask: 2500 }
/** What takes long is asked after less and less often. */
const longestPause = 60_000

let patience = calm
const pressing = new Set<() => void>()

/** From now on a wire that went dead is noticed within seconds: an end was asked for. */
export function pressForAnswers(): void {
  patience = pressed
  for (const press of pressing) press()
}

/** How long to wait for an answer, in ms; less once an end was asked for. */
export const waitFor = (ms: number, whenPressed = pressed.ask): number =>
  patience === pressed ? Math.min(ms, whenPressed) : ms

/** Gives up on one that is being made, some time after an end was asked for; returns what ends that. */
export function giveUpWhenPressed(giveUp: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const press = () => {
    timer = setTimeout(giveUp, pressed.ask)
  }
  pressing.add(press)
  return () => {
    clearTimeout(timer)
    pressing.delete(press)
  }
}

/** What the server says that it does for a connection. */
type Activity = 'works' | 'waits for us' | 'nothing' | 'no answer'

/**
 * Ends a connection whose answer got lost: a wire that went dead without a word, a pooler that hangs. How long a
 * statement takes does not matter, as long as the server says that it works on it.
 * @param open opens another connection to the same server, within the given ms.
 */
export function endWhenSilent(client: Client, open: (timeoutMs: number) => Promise<Client>): void {
  let seen = 0
  let since = Date.now()
  let next = since + patience.silent
  let strikes = 0
  const look = async () => {
    const stream = socketOf(client)
    const moved = stream.bytesRead + stream.bytesWritten
    if (!isWaiting(client) || moved !== seen) {
      seen = moved
      since = Date.now()
      next = since + patience.silent
      strikes = 0
    }
    if (Date.now() < next) return
    next = Infinity
    const activity = await activityOf(pidOf(client), open)
    const silent = Date.now() - since
    const isLost = activity === 'waits for us' ? silent > patience.copy : activity !== 'works'
    strikes = isLost ? strikes + 1 : 0
    next = Date.now() + (isLost ? patience.tick : Math.min(silent, longestPause))
    if (strikes < patience.strikes || stream.bytesRead + stream.bytesWritten !== seen) return
    stream.destroy(new Error(`no answer for ${Math.round(silent / 1000)} s, and the server does not work on one`))
  }
  let timer = setInterval(look, patience.tick).unref()
  const press = () => {
    clearInterval(timer)
    next = Math.min(next, Date.now() + pressed.silent)
    timer = setInterval(look, pressed.tick).unref()
  }
  pressing.add(press)
  client.once('end', () => {
    clearInterval(timer)
    pressing.delete(press)
  })
}

/**
 * Of what a backend waits for, only ClientRead and ClientWrite wait for us: one that waits for a publisher or for another
 * server over a wire of its own is of the type Client as well.
 * Behind a pooler the number of the server's process is not known: there any work for our role counts.
 */
export function activitySql(pid: number): string {
  return `SELECT CASE WHEN bool_or(works) THEN 'works' WHEN bool_or(state = 'active') THEN 'waits for us' ELSE 'nothing' END AS activity
 FROM (SELECT state, state !~ '^idle' AND wait_event IS DISTINCT FROM 'ClientRead' AND wait_event IS DISTINCT FROM 'ClientWrite' AS works, pid = ${pid} AS mine,
   bool_or(pid = ${pid}) OVER () AS direct FROM pg_stat_activity
  WHERE datname = current_database() AND usename = session_user AND pid <> pg_backend_pid()) AS sessions
 WHERE mine OR NOT direct`
}

async function activityOf(pid: number, open: (timeoutMs: number) => Promise<Client>): Promise<Activity> {
  let client: Client | null = null
  try {
    client = await open(patience.ask)
    const [row] = await queryWithin<{ activity: Activity }>(client, activitySql(pid), patience.ask)
    return row?.activity ?? 'nothing'
  } catch (error) {
    // A server that refuses, being full for one, is there; only silence tells that the wire is dead.
    return /time(d ?)?out|unreach/i.test(error instanceof Error ? error.message : '') ? 'no answer' : 'works'
  } finally {
    if (client !== null) socketOf(client).destroy()
  }
}
