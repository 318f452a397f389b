import type { Socket } from 'node:net'
import type { Client } from 'pg'

/** An error as the server sent it. */
export interface ServerError extends Error {
  readonly code?: string
  readonly position?: string
  readonly internalPosition?: string
  readonly internalQuery?: string
  readonly detail?: string
  readonly hint?: string
  readonly where?: string
  readonly severity?: string
}

/** How a message ended. `completed` counts its statements that were done before it failed, if it did. */
export interface Outcome {
  readonly error: ServerError | null
  readonly completed: number
}

interface Wire {
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  readonly stream: Socket
}

type QueryBase = new (config: {
  text: string
  rowMode: 'array'
}) => {
  text: string
  callback: (error: ServerError | null) => void
  submit(connection: unknown): void
}

type ScriptQuery = InstanceType<QueryBase> & { completed: number; wire: Wire | null }

let Script: (new (text: string) => ScriptQuery) | null = null

/** The driver's own query, less what a migration does not need: rows are not kept, statements are counted. */
function scriptQuery(base: QueryBase): NonNullable<typeof Script> {
  return class extends base {
    completed = 0
    wire: Wire | null = null

    constructor(text: string) {
      super({ text, rowMode: 'array' })
    }

    override submit(connection: unknown): void {
      this.wire = connection as Wire
      this.wire.query(this.text)
    }

    handleRowDescription(): void {}
    handleDataRow(): void {}
    handleCopyInResponse(): void {}
    handleCommandComplete(): void {
      this.completed++
    }
  }
}

function submit(client: Client, text: string): { query: ScriptQuery; outcome: Promise<Outcome> } {
  const { Query } = client.constructor as unknown as { Query: QueryBase }
  Script ??= scriptQuery(Query)
  const query = new Script(text)
  const outcome = new Promise<Outcome>((resolve) => {
    query.callback = (error) => resolve({ error, completed: query.completed })
    client.query(query as never)
  })
  return { query, outcome }
}

/** Sends one message of any number of statements; never rejects. */
export function send(client: Client, text: string): Promise<Outcome> {
  return submit(client, text).outcome
}

/** A COPY … FROM STDIN under way. Nothing else may be sent before its end. */
export interface CopyIn {
  /** Resolves when there is room for more. */
  write(text: string): Promise<void>
  end(): Promise<Outcome>
}

/** Begins to copy in; a failure is told by `end`, the server ignores what comes between. */
export function copyIn(client: Client, text: string): CopyIn {
  const { query, outcome } = submit(client, text)
  let over = false
  void outcome.then(() => {
    over = true
  })
  return {
    async write(data) {
      if (over || query.wire === null) return
      query.wire.sendCopyFromChunk(Buffer.from(data))
      const { stream } = query.wire
      if (stream.writableNeedDrain)
        await Promise.race([outcome, new Promise((resolve) => stream.once('drain', resolve))])
    },
    end() {
      if (!over) query.wire?.endCopyFrom()
      return outcome
    },
  }
}
