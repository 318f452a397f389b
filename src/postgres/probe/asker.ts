import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import { LostConnection } from '../driver/lost-connection.ts'
import { type Client, queryOneRaw } from '../driver/pg.ts'
import { type ServerError, send } from '../driver/send.ts'
import { beginReadOnlySql } from '../shell/read-only-transaction.ts'

/** How long a server may be asked. */
export interface Patience {
  /** One question, in ms. */
  readonly each: number
  /** All of them; null for no limit. */
  readonly whole: number | null
  /** The time in ms. */
  readonly now: () => number
}

export type AnswerRow = Readonly<Record<string, string | null>>

/** What the server said to a question. */
export type Reply =
  | { readonly rows: readonly AnswerRow[] }
  | { readonly error: ServerError | null; readonly why: string }

/** Nobody waits long for a question: not even for a lock that somebody else holds. */
const lockPatience = 1000

/**
 * Asks a server without leaving a trace: each question is a read-only transaction of its own with a limit of time, and is
 * one statement, so that nothing in it can end that transaction.
 */
export class Asker {
  readonly client: Client
  private readonly patience: Patience
  private readonly end: number | null

  constructor(client: Client, patience: Patience) {
    this.client = client
    this.patience = patience
    this.end = patience.whole === null ? null : patience.now() + patience.whole
  }

  /** @throws LostConnection; whatever else goes wrong is a reply. */
  async ask(sql: string, searchPath: readonly string[] | null = null): Promise<Reply> {
    const left = this.end === null ? this.patience.each : Math.min(this.patience.each, this.end - this.patience.now())
    if (left < 1) return { error: null, why: 'the time for all questions ran out' }
    const path = searchPath === null ? '' : `; SET LOCAL search_path = ${searchPath.map(pathWord).join(', ')}`
    const limits = `SET LOCAL statement_timeout = ${Math.ceil(left)}; SET LOCAL lock_timeout = ${lockPatience}; SET LOCAL row_security = off`
    const { error } = await send(this.client, `${beginReadOnlySql('READ COMMITTED')}; ${limits}${path}`)
    try {
      if (error !== null) throw error
      const { columns, rows } = await queryOneRaw(this.client, sql)
      return { rows: rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i] ?? null]))) }
    } catch (failure) {
      if (failure instanceof LostConnection || !isServerError(failure)) throw failure
      return { error: failure, why: reasonOf(failure, left) }
    } finally {
      await send(this.client, 'ROLLBACK')
    }
  }
}

function pathWord(name: string): string {
  return name === '' ? quoteLiteral('') : quoteIdentifier(name)
}

const isServerError = (error: unknown): error is ServerError => error instanceof Error && 'code' in error

/** Without the values that an error may hold. */
function reasonOf({ code, message }: ServerError, left: number): string {
  if (code === '57014') return `it took longer than ${Math.round(left / 100) / 10} s`
  if (code === '55P03') return 'somebody holds a lock on the table'
  if (code === '42501' || code === '42P17') return message
  return withoutValues(message)
}

/** `invalid input syntax for type integer`: the value stands in quotes behind it. */
export function withoutValues(message: string): string {
  return message.replace(/:\s*["'(].*$/s, '').replace(/^value "[\s\S]*" is/, 'a value is')
}

/** Whether rows are what it fails on: the migration would fail on them too. */
export const isAboutValues = ({ code = '' }: ServerError): boolean => /^(?:22|23)/.test(code)
