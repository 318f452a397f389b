import { createServer, connect as dial, type Socket } from 'node:net'

/** Before the message goes on to the server, right after it has, or once it is done and only its answer is under way. */
type Cut = 'before' | 'after' | 'answer'

export interface Proxy {
  readonly url: string
  readonly close: () => Promise<void>
}

/** A proxy before a PostgreSQL server that cuts a connection once, at the first message that `marks`. */
export async function startProxy(serverUrl: string, marks: (message: string) => boolean, cut: Cut): Promise<Proxy> {
  const { hostname, port } = new URL(serverUrl)
  const sockets = new Set<Socket>()
  let isCut = false
  const listener = createServer((client) => {
    const server = dial(Number(port), hostname)
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    }
    server.pipe(client)
    let held = Buffer.alloc(0)
    let started = false
    client.on('data', (data) => {
      held = Buffer.concat([held, data])
      for (;;) {
        // The first message has no letter before its length.
        const size = sizeOf(held, started ? 1 : 0)
        if (size === null) return
        const message = held.subarray(0, size)
        held = held.subarray(size)
        const hit = started && !isCut && marks(message.subarray(5).toString())
        started = true
        if (!hit || cut !== 'before') server.write(message)
        if (!hit) continue
        isCut = true
        server.unpipe(client)
        server.end()
        server.resume()
        if (cut === 'answer') server.on('close', () => client.destroy())
        else client.destroy()
        return
      }
    })
    client.on('close', () => server.end())
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port: own } = listener.address() as { port: number }
  return {
    url: serverUrl.replace(`:${port}/`, `:${own}/`),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}

function sizeOf(buffer: Buffer, lengthAt: number): number | null {
  if (buffer.length < lengthAt + 4) return null
  const size = lengthAt + buffer.readInt32BE(lengthAt)
  return buffer.length < size ? null : size
}
