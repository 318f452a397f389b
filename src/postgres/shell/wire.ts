/** A message of PostgreSQL's protocol (version 3): its type, and what follows the length. */
export interface WireMessage {
  readonly type: string
  readonly body: Buffer
  /** As it came, to be passed on. */
  readonly bytes: Buffer
}

/** Cuts a stream into messages. The first of a client has no type: it is told as ''. */
export class Frames {
  private rest: Buffer = Buffer.alloc(0)
  private typed: boolean

  constructor(typed: boolean) {
    this.typed = typed
  }

  /** The messages that are complete; null for what is none. */
  push(chunk: Buffer): WireMessage[] | null {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    const messages: WireMessage[] = []
    for (;;) {
      const head = this.typed ? 1 : 0
      if (this.rest.length < head + 4) return messages
      const end = head + this.rest.readInt32BE(head)
      if (end < head + 4) return null
      if (this.rest.length < end) return messages
      const bytes = this.rest.subarray(0, end)
      const type = bytes.toString('latin1', 0, head)
      messages.push({ type, body: bytes.subarray(head + 4), bytes })
      this.rest = this.rest.subarray(end)
    }
  }

  /** The startup packet has been read: what follows has types. */
  started(): void {
    this.typed = true
  }
}

/** Encodes a message: texts end with a zero byte, numbers are of 32 bits. */
export function encode(type: string, ...parts: readonly (string | number | Buffer)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => (Buffer.isBuffer(part) ? part : typeof part === 'number' ? int32(part) : text(part))),
  )
  return Buffer.concat([Buffer.from(type, 'latin1'), int32(body.length + 4), body])
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`)
}

/** The texts of a body, each ended by a zero byte. */
export function texts(body: Buffer): string[] {
  return body.toString('utf8').split('\0')
}

/** One statement as the extended protocol takes it: parsed, bound to no parameters, described, run, and answered for. */
export function statementMessages(sql: string): Buffer {
  const none = Buffer.alloc(2)
  return Buffer.concat([
    encode('P', '', sql, none),
    encode('B', '', '', none, none, none),
    encode('D', Buffer.from('P'), ''),
    encode('E', '', 0),
    encode('S'),
  ])
}

/** An error as a server would send it; `position` counts characters from 1. */
export function errorMessage(
  severity: 'ERROR' | 'FATAL',
  sqlstate: string,
  message: string,
  position?: number,
): Buffer {
  const fields: Record<string, string> = { S: severity, V: severity, C: sqlstate, M: message }
  if (position !== undefined) fields.P = String(position)
  const parts = Object.entries(fields).flatMap(([key, value]) => [Buffer.from(key), value])
  return encode('E', ...parts, Buffer.alloc(1))
}

/** What says that the next query may come; the status is I, in a transaction T, in a failed one E. */
export function readyMessage(status: string): Buffer {
  return encode('Z', Buffer.from(status))
}
