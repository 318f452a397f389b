import { placesOf } from '../../core/connection/link.ts'
import type { Server } from '../../core/connection/server.ts'

export type { Server }

/** `HOST:PORT/DATABASE`, for results; of several hosts all. */
export function placeOf(server: Server): string {
  return `${hostAndPort(server)}/${server.database}`
}

/** The same as a person says it: `shop on 127.0.0.1:5432`. */
export function spokenPlace(server: Server): string {
  return `${server.database} on ${hostAndPort(server)}`
}

/** `HOST:PORT`; of several all. */
export function hostAndPort(server: Server): string {
  return placesOf(server)
    .map(({ host, port }) => `${host}:${port}`)
    .join(',')
}
