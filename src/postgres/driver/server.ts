import { placesOf } from '../../core/connection/link.ts'
import type { Server } from '../../core/connection/server.ts'

export type { Server }

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
