import type { ClientConfig } from 'pg'
import { type PasswordSource, type Place, placesOf } from '../../core/connection/link.ts'
import { passwordIn } from '../../core/connection/passfile.ts'
import { NselfError } from '../../core/errors.ts'
import { type Server, spokenPlace } from './server.ts'
import { waitFor } from './silence.ts'
import { tlsOptions } from './tls.ts'

/** How long an answer is waited for where nothing else is said. */
export const connectTimeout = 15_000

/** What the library is told for one attempt at one place. */
export async function configOf(
  server: Server,
  place: Place,
  tls: boolean,
  { applicationName, timeoutMs }: { readonly applicationName: string; readonly timeoutMs: number },
): Promise<ClientConfig & { pipeline: boolean }> {
  const { link = {} } = server
  return {
    host: place.hostaddr ?? place.host,
    port: place.port,
    user: server.user,
    // Never a text: without one the library would look into the environment and into .pgpass for itself.
    password: () => passwordAt(server, place),
    database: server.database,
    application_name: applicationName,
    // Sooner than firewalls and load balancers forget a connection on which nothing moves.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: waitFor(
      Math.min(link.timeoutMs || timeoutMs, timeoutMs === connectTimeout ? Infinity : timeoutMs),
    ),
    pipeline: true,
    ...(link.options === undefined ? {} : { options: link.options }),
    ...(link.channelBinding === 'disable' ? {} : { enableChannelBinding: tls }),
    ...(link.directTls && tls ? { sslNegotiation: 'direct' } : {}),
    ssl: tls ? await tlsOptions(place, server.ssl, link) : false,
  }
}

/** Where the password of a server comes from that has to be asked for it; null where there is another, or nobody to ask. */
export function passwordSourceOf(server: Server): PasswordSource | null {
  const { link } = server
  if (link?.passwordSource === undefined || placesOf(server).every((place) => knownPassword(server, place))) return null
  return link.passwordSource
}

function knownPassword(server: Server, place: Place): string | null {
  const { user, database, link } = server
  return server.password || passwordIn(link?.passwords ?? [], { ...place, user, database })
}

/** @throws NselfError `connection` where there is none: the library would name its own insides. */
function passwordAt(server: Server, place: Place): string {
  const { user, link } = server
  const found = knownPassword(server, place) ?? link?.passwordSource?.known
  if (found) return found
  throw new NselfError('connection', `${spokenPlace(server)} asks for a password for ${user}, and none is set`, {
    hint: 'set it: POSTGRES_PASSWORD, PGPASSWORD, in DATABASE_URL, or as a line of .pgpass; or let a command print it: NSELF_PASSWORD_COMMAND',
  })
}
