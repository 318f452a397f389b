import { type Place, placesOf } from '../../core/connection/link.ts'
import { inheritedEnvironment } from './inherited-environment.ts'
import type { Server } from './server.ts'

/** Of what is inherited these would make another connection than the one that is meant. */
const ofConnections =
  /^PG(HOST|HOSTADDR|PORT|DATABASE|USER|PASSWORD|PASSFILE|SERVICE|SERVICEFILE|OPTIONS|APPNAME|SSL\w+|REQUIRESSL|REQUIREAUTH|REQUIREPEER|CHANNELBINDING|TARGETSESSIONATTRS|LOADBALANCEHOSTS|CONNECT_TIMEOUT|GSSENCMODE)$/

/**
 * The environment in which a program with libpq reaches a server as nself does: nothing of it, least of all the password,
 * is in its arguments. `major` is that of the program, for what only later ones know.
 */
export function libpqEnvironment(server: Server, applicationName: string, major = 0): NodeJS.ProcessEnv {
  const inherited = Object.entries(inheritedEnvironment()).filter(([name]) => !ofConnections.test(name))
  const places = placesOf(server)
  const list = (of: (place: Place) => string | number) => places.map(of).join(',')
  const link = server.link ?? {}
  const wanted: Record<string, string | undefined> = {
    PGHOST: list(({ host }) => host),
    PGHOSTADDR: places.some(({ hostaddr }) => hostaddr !== undefined)
      ? list(({ hostaddr }) => hostaddr ?? '')
      : undefined,
    PGPORT: list(({ port }) => port),
    PGUSER: server.user,
    PGDATABASE: server.database,
    PGAPPNAME: applicationName,
    PGPASSWORD: server.password ?? link.passwordSource?.known ?? undefined,
    PGPASSFILE: server.password === null ? link.passfile : undefined,
    PGSSLMODE: server.ssl,
    // Without one the certificates of the system, as the driver takes them.
    PGSSLROOTCERT: link.rootCert ?? (server.ssl?.startsWith('verify') && major >= 16 ? 'system' : undefined),
    PGSSLCERT: link.cert,
    PGSSLKEY: link.key,
    PGSSLCRL: link.crl,
    PGSSLMINPROTOCOLVERSION: link.minTls,
    PGSSLMAXPROTOCOLVERSION: link.maxTls,
    PGSSLNEGOTIATION: link.directTls ? 'direct' : undefined,
    PGCHANNELBINDING: link.channelBinding,
    PGOPTIONS: link.options,
    PGTARGETSESSIONATTRS: link.attributes,
    PGCONNECT_TIMEOUT: link.timeoutMs === undefined ? undefined : String(link.timeoutMs / 1000),
  }
  const set = Object.entries(wanted).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { ...Object.fromEntries(inherited), ...Object.fromEntries(set) }
}
