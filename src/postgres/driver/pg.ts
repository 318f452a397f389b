import { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { Connection, Client as PgClient, QueryArrayResult } from 'pg'

/**
 * All that we know of the pg library's insides. An update of the library concerns this file: each function says in its
 * name what is taken from it, and nothing else touches a field that the library does not document.
 */

/** A client of the library, as far as others may use it: `query`, `once`, `end`. */
export type Client = PgClient

declare module 'pg' {
  interface Client {
    readonly processID: number
    readonly secretKey: number
    readonly readyForQuery: boolean | null
    readonly _connecting: boolean
    getTransactionStatus(): 'I' | 'T' | 'E' | null
    _errorAllQueries(error: Error): void
    _handleErrorMessage(message: Error): void
  }
  interface Connection {
    describe(message: { type: 'S'; name: string }): void
    connect(port: number | string, host?: string): void
    cancel(pid: number, secret: number): void
    endCopyFrom(): void
  }
}

/** The library's end of the wire. */
export type Wire = Connection

interface ParameterStatus {
  readonly parameterName: string
  readonly parameterValue: string
}

/** The process of the server that works for this client; behind a pooler the one that it was told. */
export const pidOf = (client: Client): number => client.processID

/** The key with which the server takes a cancel request for that process. */
export const cancelKeyOf = (client: Client): number => client.secretKey

/** The socket of a connection. @throws Error where an update of the library has taken it away. */
export function socketOf(client: Client): Socket {
  const { stream } = client.connection
  if (stream instanceof Socket) return stream
  throw new Error('the pg library no longer speaks over a socket')
}

/** What the server reports of itself, `server_version` among it: told while the connection is made, at no round trip. */
export function reportedBy(client: Client): ReadonlyMap<string, string> {
  const reported = new Map<string, string>()
  client.connection.on('parameterStatus', ({ parameterName, parameterValue }: ParameterStatus) =>
    reported.set(parameterName, parameterValue),
  )
  return reported
}

/** True while the client waits for an answer. */
export const isWaiting = (client: Client): boolean => client.readyForQuery === false

/** True where a transaction was begun and has not ended, nor failed. */
export const isInTransaction = (client: Client): boolean => client.getTransactionStatus() === 'T'

/** The library, loaded where the first connection is made. */
export async function loadPg() {
  return (await import('pg')).default
}

/** A wire that can do no more than to send a cancel request; with TLS it tells `sslconnect` in place of `connect`. */
export async function cancelWire(ssl: ConnectionOptions | false): Promise<Wire> {
  const { Connection } = await loadPg()
  return new Connection({ ssl })
}

/** Whether the server offers a login that is bound to its TLS connection; asked once the login is over. */
export function offersBinding(client: Client): () => boolean {
  let offers = false
  client.connection.on('authenticationSASL', ({ mechanisms }: { readonly mechanisms: readonly string[] }) => {
    offers = mechanisms.includes('SCRAM-SHA-256-PLUS')
  })
  return () => offers
}

/** Sends a simple query whose text is in bytes already: no string of it is made. */
export function sendQueryBytes({ stream }: Wire, sql: Buffer): void {
  const head = Buffer.alloc(5)
  head.write('Q')
  head.writeInt32BE(4 + sql.length + 1, 1)
  stream.cork()
  stream.write(head)
  stream.write(sql)
  stream.write('\0')
  stream.uncork()
}

/** Sends data of a COPY as they are: the library would copy each of them twice. `sent` is called when they are on their way. */
export function sendCopyBytes({ stream }: Wire, data: Buffer, sent?: () => void): void {
  const head = Buffer.alloc(5)
  head.write('d')
  head.writeInt32BE(4 + data.length, 1)
  stream.cork()
  stream.write(head)
  stream.write(data, sent)
  stream.uncork()
}

/** What a statement returns, as the server describes it. */
export interface RowDescription {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
}

/** Sends a statement to be parsed and described, not to be run. @param types of its parameters; 0 where the server is to find out. */
export function sendDescribe(wire: Wire, text: string, types: readonly number[]): void {
  wire.stream.cork()
  wire.parse({ name: '', text, types: types.map(String) }, true)
  wire.describe({ type: 'S', name: '' })
  wire.sync()
  wire.stream.uncork()
}

/** The types of parameters that the server described last, told for each connection from now on. */
export function parametersOf(client: Client): () => readonly number[] {
  let last: readonly number[] = []
  client.connection.on('parameterDescription', ({ dataTypeIDs }: { readonly dataTypeIDs: readonly number[] }) => {
    last = dataTypeIDs
  })
  return () => last
}

/** A query that is handed each message of the server, and sends itself. */
export interface Submittable {
  callback: (error: Error | null) => void
  submit(wire: Wire): void
  handleRowDescription(message: RowDescription): void
  handleDataRow(): void
  handleCopyInResponse(): void
  handleCommandComplete(complete: { readonly text: string }): void
}

type QueryClass = new (config: { text: string; rowMode: 'array' }) => Submittable

/** The class of the library's own queries, to be made another kind of. */
export function queryClassOf(client: Client): QueryClass {
  const found: unknown = Reflect.get(client.constructor, 'Query')
  if (isQueryClass(found)) return found
  throw new Error('the pg library has no class of queries any more')
}

function isQueryClass(value: unknown): value is QueryClass {
  return typeof value === 'function' && 'handleCommandComplete' in value.prototype
}

export type { QueryResultRow as Row } from 'pg'

/** What a statement answered, each value as the server writes it. */
export interface RawAnswer {
  readonly command: string
  readonly rowCount: number
  readonly columns: readonly { readonly name: string; readonly type: number }[]
  readonly rows: readonly (readonly (string | null)[])[]
}

// The library's type asks for a parser of each kind of value; here none is parsed.
const unparsed = { getTypeParser: (): unknown => (value: string) => value }

function answerOf({ command, rowCount, fields, rows }: QueryArrayResult<(string | null)[]>): RawAnswer {
  const columns = fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID }))
  return { command, rowCount: rowCount ?? 0, columns, rows }
}

/** One message of any number of statements, and what each of them answered. */
export async function queryRaw(client: Client, text: string): Promise<RawAnswer[]> {
  const config = { text, rowMode: 'array' as const, types: unparsed }
  // Of several statements the library makes a list, which its types do not say.
  const result: QueryArrayResult<(string | null)[]> | QueryArrayResult<(string | null)[]>[] =
    await client.query<(string | null)[]>(config)
  return (Array.isArray(result) ? result : [result]).map(answerOf)
}

/** One statement by the extended protocol, in which the server takes no more than one. */
export async function queryOneRaw(client: Client, text: string): Promise<RawAnswer> {
  const config = Object.assign({ text, rowMode: 'array' as const, types: unparsed }, { queryMode: 'extended' })
  return answerOf(await client.query<(string | null)[]>(config))
}

/** The rows of a query as arrays, in the order of its columns. */
export async function queryArrays<Row extends unknown[]>(client: Client, text: string): Promise<Row[]> {
  const { rows } = await client.query<Row>({ text, rowMode: 'array' })
  return rows
}

/** A query that fails when its answer does not come in time. */
export async function queryWithin<Row extends object>(client: Client, text: string, timeoutMs: number): Promise<Row[]> {
  const config: { text: string } = Object.assign({ text }, { query_timeout: timeoutMs })
  return (await client.query<Row>(config)).rows
}

/** Whether a connection that is open keeps the process alive. */
export function keepsAlive(client: Client, does: boolean): void {
  if (does) socketOf(client).ref()
  else socketOf(client).unref()
}
