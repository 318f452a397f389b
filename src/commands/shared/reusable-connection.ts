import type { Ask } from '../../core/guard/guard.ts'
import { type Connection, disconnect } from '../../postgres/driver/connect.ts'

/** The connection that was looked with, to go on with; not while a human thinks or a backup is taken. */
export class ReusableConnection {
  open: Connection | null

  constructor(connection: Connection) {
    this.open = connection
  }

  async close(): Promise<void> {
    const { open } = this
    this.open = null
    if (open !== null) await disconnect(open)
  }

  closedBefore(ask: Ask): Ask {
    if (ask === null) return null
    return async (question) => {
      await this.close()
      return ask(question)
    }
  }
}
