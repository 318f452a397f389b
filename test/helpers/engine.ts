import { createServer, connect as dial } from 'node:net'
import { onTestFinished } from 'vitest'
import { encode, Frames, type WireMessage } from '../../src/postgres/shell/wire.ts'

/** How another engine than PostgreSQL shows itself. */
interface Shown {
  /** What it reports while a connection is made, in place of what the server says or besides. */
  readonly reported?: Readonly<Record<string, string>>
  /** What it answers to a query that holds the text, as one value; null for an error, as for a function that it lacks. */
  readonly answers?: Readonly<Record<string, string | null>>
}

/** A proxy before a PostgreSQL server that answers as another engine does, for one test; resolves to its URL. */
export async function startEngine(serverUrl: string, { reported = {}, answers = {} }: Shown): Promise<string> {
  const { hostname, port } = new URL(serverUrl)
  const listener = createServer((client) => {
    const server = dial({ port: Number(port), host: hostname })
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const)
      one.on('error', () => {}).on('close', () => other.destroy())
    const [asked, told] = [new Frames(false), new Frames(true)]
    let isIn = false
    server.on('data', (data) => {
      for (const message of told.push(data) ?? []) {
        const name = message.type === 'S' ? (message.body.toString().split('\0')[0] ?? '') : ''
        if (message.type === 'K')
          for (const [key, value] of Object.entries(reported)) client.write(encode('S', key, value))
        if (!(name in reported)) client.write(message.bytes)
      }
    })
    client.on('data', (data) => {
      for (const message of asked.push(data) ?? []) {
        server.write(isIn ? insteadOf(message, answers) : message.bytes)
        if (!isIn) asked.started()
        isIn = true
      }
    })
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void listener.close())
  return serverUrl.replace(`:${port}/`, `:${(listener.address() as { port: number }).port}/`)
}

/** The message that goes on to the server in place of one that the engine answers in its own way. */
function insteadOf({ type, body, bytes }: WireMessage, answers: NonNullable<Shown['answers']>): Buffer {
  const text = type === 'Q' ? body.toString() : ''
  const found = Object.entries(answers).find(([part]) => text.includes(part))
  if (found === undefined) return bytes
  return encode('Q', found[1] === null ? 'SELECT unknown_function()' : `SELECT '${found[1]}'::text`)
}
