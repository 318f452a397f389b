import { type Link, placesOf } from '../../core/connection/link.ts'

/** Where a server is and how to enter it. */
export interface Server {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string | null
  readonly database: string
  readonly ssl?: string | undefined
  readonly link?: Link | undefined
}

/** `HOST:PORT/DATABASE`, for messages; of several hosts all. */
export function placeOf(server: Server): string {
  return `${hostAndPort(server)}/${server.database}`
}

/** `HOST:PORT`; of several all. */
export function hostAndPort(server: Server): string {
  return placesOf(server)
    .map(({ host, port }) => `${host}:${port}`)
    .join(',')
}
