import { NselfError } from '../../core/errors.ts'
import type { Client } from './pg.ts'

/** What every query is answered with once its connection is gone: nobody knows what the server still did. */
export class LostConnection extends NselfError {
  /** In the words of the server or of the network. */
  readonly reason: string

  constructor(place: string, cause: Error) {
    super('connection', `the connection to ${place} was lost: ${cause.message}`, {
      hint: 'check that the server is running, then run the command again',
      cause,
    })
    this.reason = cause.message
  }
}

/** The server ends the session: an administrator, a shutdown, a limit of idle time. The severity may be in any language. */
const goodbye = /^(57P0[1-5]|25P0[34])$/

interface ServerMessage extends Error {
  readonly code?: string
  readonly severity?: string
}

/**
 * From now on queries of the client fail with LostConnection once its connection is gone, and never hang.
 * @param client that has not connected yet.
 */
export function failOnceLost(client: Client, place: string): void {
  let lost: LostConnection | null = null
  const lose = (cause: Error): LostConnection => {
    lost ??= cause instanceof LostConnection ? cause : new LostConnection(place, cause)
    return lost
  }
  const send: (...args: unknown[]) => unknown = client.query.bind(client)
  const errorAll = client._errorAllQueries.bind(client)
  const handleMessage = client._handleErrorMessage.bind(client)
  Object.assign(client, {
    _errorAllQueries: (error: Error) => errorAll(lose(error)),
    _handleErrorMessage: (message: ServerMessage) => {
      const ends = !client._connecting && (message.severity === 'FATAL' || goodbye.test(message.code ?? ''))
      handleMessage(ends ? lose(message) : message)
    },
    query: (...args: unknown[]) => {
      if (lost === null) return send(...args)
      const [query] = args
      const error = lost
      if (!isSubmittable(query)) return Promise.reject(error)
      setImmediate(() => query.handleError(error))
      return query
    },
  })
}

/** Aborts once the connection of a client is gone, for whoever waits without asking it anything. */
export function lostSignal(client: Client): AbortSignal {
  const lost = new AbortController()
  client.once('end', () => lost.abort())
  return lost.signal
}

function isSubmittable(query: unknown): query is { handleError(error: Error): void } {
  return typeof query === 'object' && query !== null && 'handleError' in query
}
