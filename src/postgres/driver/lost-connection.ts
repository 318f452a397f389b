import type { Client } from 'pg'
import { NselfError } from '../../core/errors.ts'

/** What every query is answered with once its connection is gone: nobody knows what the server still did. */
export class LostConnection extends NselfError {
  /** In the words of the server or of the network. */
  readonly reason: string

  constructor(place: string, cause: Error) {
    super('connection', `the connection to ${place} was lost: ${cause.message}`, {
      hint: 'see that the server runs, then run the command again',
      cause,
    })
    this.reason = cause.message
  }
}

/** The server ends the session: an administrator, a shutdown, a limit of idle time. The severity may be in any language. */
const goodbye = /^(57P0[1-5]|25P0[34])$/

/** Inside of pg's client. */
interface Inside extends Client {
  _connecting: boolean
  _errorAllQueries(error: Error): void
  _handleErrorMessage(message: Error & { code?: string; severity?: string }): void
  query(...args: unknown[]): never
}

type Query = { handleError?: (error: Error) => void }

/** A client of pg to that place, whose queries fail with LostConnection once the connection is gone, and never hang. */
export function clientOf(base: typeof Client, place: string): typeof Client {
  return class extends (base as unknown as new (config: never) => Inside) {
    private lost: LostConnection | null = null

    override _errorAllQueries(error: Error): void {
      this.lost ??= error instanceof LostConnection ? error : new LostConnection(place, error)
      super._errorAllQueries(this.lost)
    }

    override _handleErrorMessage(message: Error & { code?: string; severity?: string }): void {
      const ends = !this._connecting && (message.severity === 'FATAL' || goodbye.test(message.code ?? ''))
      if (ends) this.lost ??= new LostConnection(place, message)
      super._handleErrorMessage(ends ? (this.lost as LostConnection) : message)
    }

    override query(...args: unknown[]): never {
      const { lost } = this
      if (lost === null) return super.query(...args)
      const { handleError } = args[0] as Query
      if (handleError === undefined) return Promise.reject(lost) as never
      setImmediate(() => handleError.call(args[0], lost))
      return args[0] as never
    }
  } as unknown as typeof Client
}
