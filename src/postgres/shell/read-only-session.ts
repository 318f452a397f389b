import type { Socket } from 'node:net'
import { SqlError } from '../../core/sql/lexer.ts'
import { type SqlStatement, splitStatements, transactionRole } from '../../core/sql/statement.ts'
import { beginReadOnlySql } from './read-only-transaction.ts'
import { encode, errorMessage, Frames, readyMessage, statementMessages, texts, type WireMessage } from './wire.ts'

/** What only prepares an answer or ends it, and is ours: ParseComplete, BindComplete, CloseComplete, NoData, PortalSuspended. */
const ours = new Set(['1', '2', '3', 'n', 's'])
/** These last beyond the transaction only when it is committed; they take nothing but constants. */
const settings = new Set(['SET', 'RESET'])

/** One session of psql: what it sends is passed on statement by statement, inside transactions that are not its own. */
export class ReadOnlySession {
  private readonly client: Socket
  private readonly server: Socket
  private readonly frames = new Frames(true)
  /** Told of each message of the server while one of ours is answered; between them it goes to psql as it is. */
  private onMessage: ((message: WireMessage) => void) | null = null
  /** psql said BEGIN. */
  private inBlock = false
  private status = 'I'
  private skipping = false

  constructor(client: Socket, server: Socket) {
    this.client = client
    this.server = server
    server.on('data', (chunk: Buffer) => {
      for (const message of this.frames.push(chunk) ?? []) {
        if (this.onMessage === null) this.pass(message)
        else this.onMessage(message)
      }
    })
    for (const event of ['drain', 'close']) client.on(event, () => server.resume())
    server.on('close', () => client.end())
  }

  async handle({ type, body }: WireMessage): Promise<void> {
    switch (type) {
      case 'Q':
        await this.script(texts(body)[0] ?? '')
        this.client.write(readyMessage(this.status))
        return
      case 'S':
        this.skipping = false
        this.client.write(readyMessage(this.status))
        return
      case 'F':
        this.refuse('large objects cannot be reached from a read-only shell')
        this.client.write(readyMessage(this.status))
        return
      case 'X':
        this.client.end()
        return
      case 'P':
      case 'B':
      case 'D':
      case 'E':
      case 'C':
        if (!this.skipping) this.refuse('a read-only shell accepts plain queries only: no \\bind, \\parse, \\gdesc')
        this.skipping = true
    }
  }

  private async script(sql: string): Promise<void> {
    let statements: SqlStatement[]
    try {
      statements = splitStatements(sql)
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      this.refuse(error.message, '42601', characters(sql.slice(0, error.offset)) + 1)
      return
    }
    if (statements.length === 0) this.client.write(encode('I'))
    let open = this.inBlock
    for (const statement of statements) {
      const role = transactionRole(statement.words)
      if (role === 'begins' || role === 'ends') {
        await (role === 'begins' ? this.begin(statement) : this.end())
        open = this.inBlock
        continue
      }
      if (statement.copiesIn) {
        this.refuse('COPY FROM stdin writes: this shell is read-only', '25006')
        break
      }
      if (!open && !(await this.ask(beginReadOnlySql('READ COMMITTED')))) break
      open = true
      // Blanks keep its place, for the positions of errors.
      const place = ' '.repeat(characters(sql.slice(0, statement.start)))
      const good = await this.answer(statementMessages(place + statement.sql), (message) => this.pass(message))
      // Should a statement ever have ended our transaction, the next one gets a new one.
      open = this.status !== 'I'
      this.inBlock &&= open
      if (!good) break
    }
    if (this.inBlock || this.status === 'I') return
    const keeps = this.status === 'T' && statements.every(({ words }) => settings.has(words[0] ?? ''))
    await this.ask(keeps ? 'COMMIT' : 'ROLLBACK')
  }

  private async begin({ words }: SqlStatement): Promise<void> {
    if (!this.inBlock) {
      const level = words.includes('SERIALIZABLE')
        ? 'SERIALIZABLE'
        : words.includes('REPEATABLE')
          ? 'REPEATABLE READ'
          : 'READ COMMITTED'
      if (!(await this.ask(beginReadOnlySql(level)))) return
      this.inBlock = true
    }
    this.client.write(encode('C', 'BEGIN'))
  }

  /** Whatever psql says, COMMIT too: there is nothing to keep. */
  private async end(): Promise<void> {
    this.inBlock = false
    await this.ask('ROLLBACK')
    this.client.write(encode('C', 'ROLLBACK'))
  }

  /** A query of ours, of whose answer psql sees the errors alone. True when it went well. */
  private ask(sql: string): Promise<boolean> {
    return this.answer(encode('Q', sql), (message) => message.type === 'E' && this.pass(message))
  }

  private answer(bytes: Buffer, take: (message: WireMessage) => void): Promise<boolean> {
    this.server.write(bytes)
    return new Promise((resolve, reject) => {
      let good = true
      const closed = () => reject(new Error('the connection to the server was lost'))
      this.server.once('close', closed)
      this.onMessage = (message) => {
        if (message.type === 'E') good = false
        if (message.type === 'G') this.server.write(encode('f', 'this shell is read-only'))
        else if (message.type !== 'Z') take(message)
        else {
          this.status = message.body.toString('latin1')
          this.onMessage = null
          this.server.off('close', closed)
          resolve(good)
        }
      }
    })
  }

  private pass({ type, bytes }: WireMessage): void {
    if (!ours.has(type) && !this.client.write(bytes)) this.server.pause()
  }

  private refuse(message: string, sqlstate = '0A000', position?: number): void {
    this.client.write(errorMessage('ERROR', sqlstate, message, position))
  }
}

/** PostgreSQL counts characters, JavaScript UTF-16 units. */
function characters(text: string): number {
  return [...text].length
}
