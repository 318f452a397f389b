import { type Client, queryClassOf, type Submittable, sendCopyBytes, sendQueryBytes, type Wire } from './pg.ts'

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
  readonly schema?: string
  readonly column?: string
}

/** How a message ended. `completed` counts its statements that were done before it failed, if it did. */
export interface Outcome {
  readonly error: ServerError | null
  readonly completed: number
  /** How many rows the last of them concerned that tells it: `UPDATE 5`. */
  readonly rows?: number
}

interface ScriptQuery extends Submittable {
  readonly completed: number
  readonly rows: number
  /** Null until it is sent. */
  readonly wire: Wire | null
}

let scriptClass: (new (text: string | Buffer) => ScriptQuery) | null = null

/** The driver's own query, less what a migration does not need: rows are not kept, statements are counted. */
function scriptClassOf(client: Client): new (text: string | Buffer) => ScriptQuery {
  return class extends queryClassOf(client) {
    completed = 0
    rows = 0
    wire: Wire | null = null
    private readonly sql: string | Buffer

    constructor(text: string | Buffer) {
      super({ text: typeof text === 'string' ? text : '', rowMode: 'array' })
      this.sql = text
    }

    override submit(wire: Wire): void {
      this.wire = wire
      if (typeof this.sql === 'string') wire.query(this.sql)
      else sendQueryBytes(wire, this.sql)
    }

    override handleRowDescription(): void {}
    override handleDataRow(): void {}
    override handleCopyInResponse(): void {}
    override handleCommandComplete({ text }: { readonly text: string }): void {
      this.completed++
      this.rows = Number(/ (\d+)$/.exec(text)?.[1] ?? this.rows)
    }
  }
}

function begin(client: Client, text: string | Buffer): { script: ScriptQuery; outcome: Promise<Outcome> } {
  scriptClass ??= scriptClassOf(client)
  const script = new scriptClass(text)
  const outcome = new Promise<Outcome>((resolve) => {
    script.callback = (error) => resolve({ error, completed: script.completed, rows: script.rows })
    client.query(script)
  })
  return { script, outcome }
}

/** Sends one message of any number of statements; never rejects. */
export function send(client: Client, text: string | Buffer): Promise<Outcome> {
  return begin(client, text).outcome
}

/** A COPY … FROM STDIN under way. Nothing else may be sent before its end. */
export interface CopyIn {
  /** Resolves when there is room for more. The data must stay as they are until `sent` is called. */
  write(data: Buffer, sent?: () => void): Promise<void>
  end(): Promise<Outcome>
}

/** Begins to copy in; a failure is told by `end`, the server ignores what comes between. */
export function copyIn(client: Client, text: string | Buffer): CopyIn {
  const { script, outcome } = begin(client, text)
  let over = false
  void outcome.then(() => {
    over = true
  })
  return {
    async write(data, sent) {
      if (over || script.wire === null) return sent?.()
      sendCopyBytes(script.wire, data, sent)
      const { stream } = script.wire
      if (stream.writableNeedDrain)
        await Promise.race([outcome, new Promise((resolve) => stream.once('drain', resolve))])
    },
    end() {
      if (!over) script.wire?.endCopyFrom()
      return outcome
    },
  }
}
