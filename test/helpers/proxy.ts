import { createServer, connect as dial, type Socket } from 'node:net'
import { Frames } from '../../src/postgres/shell/wire.ts'

/** A message of a client that is about to pass. */
export interface Passing {
  /** Its letter in the protocol; '' for the first of a connection. */
  readonly type: string
  readonly text: string
  /** True for pg_dump and pg_restore, which ask for TLS before anything else. */
  readonly isTool: boolean
  /** Of its connection, as the server's log would have it. */
  readonly application: string
}

/**
 * What becomes of a message: it passes; the connection is cut when all before it is answered and it would go on to the
 * server, right after it has, or once it is done and only its answer is under way; or it is held, and with it all that
 * this client sends later; or it passes and the server never learns that its client has gone.
 */
export type Fate = 'pass' | 'before' | 'after' | 'answer' | 'hold' | 'orphan'

export interface Proxy {
  readonly url: string
  /** How often the client of each connection, in their order, sent something when it had all its answers; exact with a delay. */
  readonly turns: () => number[]
  /** From now on nothing passes, in no direction; nobody is told. */
  readonly freeze: () => void
  readonly close: () => Promise<void>
}

interface Options {
  /** Decides on each message of a client. Without it all pass. */
  readonly fate?: (message: Passing) => Fate
  /** How long everything is under way, there and back. */
  readonly delayMs?: number
}

const askForTls = 80_877_103

/** A proxy before a PostgreSQL server. */
export async function startProxy(serverUrl: string, { fate = () => 'pass', delayMs = 0 }: Options): Promise<Proxy> {
  const { hostname, port } = new URL(serverUrl)
  const sockets = new Set<Socket>()
  const connections: ReturnType<typeof answersOf>[] = []
  let frozen = false
  const kept = (socket: Socket) => {
    sockets.add(socket)
    return socket
      .setNoDelay()
      .on('error', () => {})
      .on('close', () => sockets.delete(socket))
  }
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    const server = kept(dial({ port: Number(port), host: hostname, allowHalfOpen: true }))
    kept(client)
    const later = (act: () => void) => (delayMs === 0 ? act() : void setTimeout(act, delayMs / 2))
    let deaf = false
    let isOver = false
    let isOrphan = false
    const onFrozen = (act: () => void) => later(() => void (frozen || act()))
    const answers = answersOf()
    connections.push(answers)
    let whenAnswered = () => {}
    server.on('data', (data) =>
      onFrozen(() => {
        answers.heard(data)
        if (!deaf) client.write(data)
        if (answers.areAll()) whenAnswered()
      }),
    )
    server.on('end', () => onFrozen(() => client.end()))
    const leave = () => void (isOrphan || server.end())
    client.on('close', leave)
    client.on('end', () => onFrozen(leave))
    const cut = () => {
      deaf = true
      server.end()
      client.destroy()
    }
    /** Once the server has answered: one that sees its client leave ends the statement. */
    const cutLater = (act: () => void) => {
      whenAnswered = act
      if (answers.areAll()) act()
    }
    const judge = judgeOf(fate)
    client.on('data', (data) =>
      onFrozen(() => {
        if (isOver) return
        for (const { type, bytes, fate } of judge(data)) {
          if (fate === 'before') cutLater(cut)
          if (fate !== 'before' && fate !== 'hold') {
            server.write(bytes)
            answers.asked(type, bytes)
          }
          if (fate === 'after') cut()
          if (fate === 'answer') {
            deaf = true
            server.on('close', () => client.destroy())
            cutLater(() => server.end())
          }
          isOrphan ||= fate === 'orphan'
          isOver = fate === 'before' || fate === 'after' || fate === 'answer'
          if (isOver) return
        }
      }),
    )
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port: own } = listener.address() as { port: number }
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => listener.close(resolve))
  }
  return {
    close,
    turns: () => connections.map((answers) => answers.turns()),
    url: serverUrl.replace(`:${port}/`, `:${own}/`),
    freeze: () => {
      frozen = true
    },
  }
}

/** Takes what one client sends apart, and tells what becomes of each message. */
function judgeOf(fate: (message: Passing) => Fate): (data: Buffer) => { type: string; bytes: Buffer; fate: Fate }[] {
  const frames = new Frames(false)
  let isTool = false
  let application = ''
  let held = false
  return (data) =>
    (frames.push(data) ?? []).map(({ type, body, bytes }) => {
      if (type === '' && body.readInt32BE(0) === askForTls) isTool = true
      else if (type === '') {
        application = /application_name\0([^\0]*)/.exec(body.toString())?.[1] ?? ''
        frames.started()
      }
      application = /^SET application_name = '(.*)'\0$/.exec(body.toString())?.[1] ?? application
      const own = held ? 'hold' : fate({ type, text: body.toString(), isTool, application })
      held ||= own === 'hold'
      return { type, bytes, fate: own }
    })
}

/** Counts what a server still owes its client: an answer ends with ReadyForQuery, or asks for the data of a COPY. */
function answersOf() {
  const frames = new Frames(true)
  let owed = 0
  let turns = 0
  let asksForTls = false
  return {
    asked(type: string, bytes: Buffer): void {
      asksForTls = type === '' && bytes.readInt32BE(4) === askForTls
      if (!((type === '' && !asksForTls) || type === 'Q' || type === 'S')) return
      if (owed <= 0) turns += 1
      owed += 1
    },
    heard(data: Buffer): void {
      // A single letter, no message.
      if (asksForTls) return
      for (const { type } of frames.push(data) ?? []) {
        if (type === 'Z') owed -= 1
        if (type === 'G') owed = 0
      }
    },
    areAll: () => owed <= 0,
    turns: () => turns,
  }
}
