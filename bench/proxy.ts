import { createServer, connect as dial, type Socket } from 'node:net'

export interface Distance {
  readonly port: number
  readonly close: () => void
}

/** Makes a server on loopback seem `ms` away: half on the way there, half on the way back. */
export async function startProxy(port: number, ms: number): Promise<Distance> {
  const sockets = new Set<Socket>()
  const later = (from: Socket, to: Socket) => {
    from.on('data', (data) => setTimeout(() => to.writable && to.write(data), ms / 2))
    from.on('close', () => setTimeout(() => to.end(), ms / 2))
  }
  const listener = createServer({ noDelay: true }, (client) => {
    const server = dial({ port, host: '127.0.0.1', noDelay: true })
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    }
    later(client, server)
    later(server, client)
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  return {
    port: (listener.address() as { port: number }).port,
    close: () => {
      for (const socket of sockets) socket.destroy()
      listener.close()
    },
  }
}
