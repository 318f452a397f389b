import { NselfError } from '../../core/errors.ts'
import { durationText } from '../../core/quantities.ts'
import { type Replica, ReplicaLag } from '../../core/replica-lag.ts'
import { errorOf } from '../../core/system-error.ts'
import { type Connection, connect, disconnect } from '../driver/connect.ts'
import type { Server } from '../driver/server.ts'
import { workersSql } from '../lock/advisory-lock.ts'
import { pause } from './pause.ts'

const every = 500

/** Who waited for a lock gets this long before the next batch takes it. */
const aside = 100

const waitersSql = `SELECT EXISTS (SELECT FROM pg_stat_activity AS a WHERE a.datname = current_database() AND a.wait_event_type = 'Lock'
  AND CASE WHEN a.wait_event_type = 'Lock' THEN pg_blocking_pids(a.pid) END && ARRAY(${workersSql})) AS found`

const replicasSql = `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 AS written,
 ARRAY(SELECT json_build_object('name', coalesce(nullif(application_name, ''), client_addr::text, 'pid ' || pid),
   'replayed', pg_wal_lsn_diff(replay_lsn, '0/0')::float8, 'lagMs', extract(epoch FROM replay_lag)::float8 * 1000, 'hidden', state IS NULL)
   FROM pg_stat_replication) AS replicas`

type Replicas = { written: number; replicas: (Replica & { hidden: boolean })[] }

interface Watched {
  /** The replicas may be this far behind; null where nobody asks. */
  readonly maxLagMs: number | null
  readonly tell: (sentence: string) => void
  readonly signal: AbortSignal
  /** What runs in batches. */
  readonly name: string
}

/** Looks from a connection of its own, now and then while batches run, who waits for their locks and how far replicas are behind. */
export class BatchWatch {
  private readonly server: Server
  private readonly options: Watched
  private readonly lag = new ReplicaLag()
  private readonly timer: NodeJS.Timeout
  private connection: Promise<Connection> | null = null
  private looking: Promise<void> = Promise.resolve()
  private waited = false
  private behind: { name: string; ms: number } | null = null
  /** Why nobody knows how far the replicas are behind; null where that is known. */
  private blind: string | null = null

  constructor(server: Server, options: Watched) {
    this.server = server
    this.options = options
    this.timer = setInterval(() => {
      this.looking = this.looking.then(() => this.look()).catch((error: unknown) => this.lose(errorOf(error).message))
    }, every)
  }

  /** @throws NselfError `refused` where a limit is set and this role may not see the replicas. */
  async ready(): Promise<void> {
    if (this.options.maxLagMs !== null) await this.look()
  }

  /** Whether somebody has waited for a lock of the batches since this was asked last. */
  takeWaited(): boolean {
    const { waited } = this
    this.waited = false
    return waited
  }

  /** Waits while a replica is too far behind, or nobody knows. */
  async room(): Promise<void> {
    const { tell, signal, name } = this.options
    let told = ''
    for (let why = this.crowded(); why !== null && !signal.aborted; why = this.crowded()) {
      if (told === '' || (this.blind !== null && told !== this.blind)) tell(`${name} waits: ${why}`)
      told = this.blind ?? why
      await pause(every, signal)
      await this.looking
    }
  }

  /** The pause between two batches; longer where somebody waited for a lock of the last one. */
  rest(pauseMs: number, waited: boolean): Promise<void> {
    return pause(waited ? Math.max(pauseMs, aside) : pauseMs, this.options.signal)
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.looking
    await this.connection?.then(disconnect, () => {})
  }

  private crowded(): string | null {
    const { maxLagMs } = this.options
    if (maxLagMs === null) return null
    const limit = `(--max-lag ${durationText(maxLagMs)})`
    if (this.blind !== null) return `it cannot see how far the replicas are behind ${limit}: ${this.blind}`
    if (this.behind === null || this.behind.ms <= maxLagMs) return null
    return `${this.behind.name} is ${durationText(this.behind.ms)} behind ${limit}`
  }

  /** A connection that is of no use any more makes room for another one. */
  private lose(why: string): void {
    this.blind = why
    this.connection?.then(disconnect).catch(() => {})
    this.connection = null
  }

  private async look(): Promise<void> {
    this.connection ??= connect(this.server, 'nself watch')
    const { client } = await this.connection
    const [waiting] = (await client.query<{ found: boolean }>(waitersSql)).rows
    this.waited ||= waiting?.found === true
    if (this.options.maxLagMs === null) return
    const [row] = (await client.query<Replicas>(replicasSql)).rows
    if (row === undefined) return
    if (row.replicas.some(({ hidden }) => hidden)) throw mayNotSee()
    this.behind = this.lag.look(Date.now(), row.written, row.replicas)
    this.blind = null
  }
}

function mayNotSee(): NselfError {
  return new NselfError(
    'refused',
    'this role may not see how far the replicas are behind, so --max-lag cannot be kept',
    {
      hint: 'GRANT pg_monitor TO it, or leave out --max-lag; no batch was run',
    },
  )
}
