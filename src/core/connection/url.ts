import { isSocket } from './link.ts'
import type { Server } from './server.ts'

/** The URL of a server and a database on it, with the password: for programs, not to be shown. */
export function urlOf({ host, port, user, password, database, ssl, link = {} }: Server): string {
  const login = encodeURIComponent(user) + (password === null ? '' : `:${encodeURIComponent(password)}`)
  const address = host.includes(':') ? `[${host}]` : host
  const place = isSocket(host) ? '' : `${address}:${port}`
  const parameters = Object.entries({
    host: isSocket(host) ? host : undefined,
    port: isSocket(host) ? String(port) : undefined,
    sslmode: ssl,
    sslrootcert: link.rootCert,
    options: link.options,
  }).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
  const query = parameters.length === 0 ? '' : `?${parameters.join('&')}`
  return `postgresql://${login}@${place}/${encodeURIComponent(database)}${query}`
}
