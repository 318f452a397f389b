import { type Connection, connect, disconnect } from '../driver/connect.ts'
import { pidOf } from '../driver/pg.ts'
import type { Server } from '../driver/server.ts'
import { blockersSql, nameOf, type OtherSession, standbysSql } from './advisory-lock.ts'

/** Without an answer from the server for so long, somebody may be in the way. */
const patience = 1500

/** Looks, from a connection of its own and only when a run stands still, who keeps it waiting. */
export class Blockers {
  private readonly server: Server
  private readonly pid: number
  private readonly tell: (sentence: string) => void
  private readonly current: () => string
  private readonly timer: NodeJS.Timeout
  private connection: Promise<Connection> | null = null
  private lastMove = Date.now()
  private looking: Promise<void> = Promise.resolve()
  /** Who was last seen in the way. */
  last: string | null = null
  private told = ''
  private toldAt = 0

  /** `current` names the migration that runs. */
  constructor(worker: Connection, tell: (sentence: string) => void, current: () => string) {
    this.server = worker.server
    this.pid = pidOf(worker.client)
    this.tell = tell
    this.current = current
    this.timer = setInterval(() => {
      if (Date.now() - this.lastMove > patience) this.looking = this.looking.then(() => this.look())
    }, patience / 2)
  }

  /** The run goes on. */
  moved(): void {
    this.last = null
    this.lastMove = Date.now()
  }

  /** Whom the run waits for now, named, or null. */
  private async find(): Promise<string | null> {
    try {
      this.connection ??= connect(this.server, 'nself watch')
      const { client } = await this.connection
      const { rows } = await client.query<OtherSession>(blockersSql)
      if (rows.length > 0) return rows.map(nameOf).join(' and ')
      const [standby] = (await client.query<{ names: string }>(standbysSql(this.pid))).rows
      return standby === undefined ? null : missingStandby(standby.names)
    } catch {
      // What cannot be looked up is not told; the run itself goes on.
      return null
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.looking
    await this.connection?.then(disconnect, () => {})
  }

  private async look(): Promise<void> {
    const since = this.lastMove
    const names = await this.find()
    if (names === null || since !== this.lastMove) return
    this.last = names
    const sentence = `${this.current()} waits for ${names}`
    // Seconds pass: that alone is no news.
    const same = sentence.replace(/(, )?transaction open for \d+ s/g, '')
    if (same === this.told && Date.now() - this.toldAt < 10_000) return
    this.told = same
    this.toldAt = Date.now()
    this.tell(sentence)
  }
}

function missingStandby(names: string): string {
  return `a synchronous standby: it is committed on this server, but none of synchronous_standby_names (${names}) confirms it; Ctrl-C ends the wait, not the commit`
}
