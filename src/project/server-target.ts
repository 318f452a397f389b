import { certain } from '../core/certain.ts'
import type { Link } from '../core/connection/link.ts'
import { refusalOf } from '../core/connection/parameters.ts'
import { NselfError } from '../core/errors.ts'
import { readPassfile } from './connection-files.ts'
import { describe, type Variables } from './env-files.ts'
import { linkFrom, sslModeFrom } from './server-link.ts'
import {
  fillFromService,
  fillFromVariables,
  otherVariables,
  type Parameters,
  variableOf,
  wrong,
} from './server-parameters.ts'
import { parseUrl } from './server-url.ts'

export interface ServerTarget {
  readonly kind: 'server'
  /** A name, an address without brackets, or the folder of a socket; of several the first. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string | null
  readonly database: string
  /** The `sslmode` as the user wrote it. */
  readonly ssl?: string
  readonly link?: Link
  /** Where it was set: `--database-url`, `DATABASE_URL`, `POSTGRES_HOST in .env.local`. */
  readonly source: string
}

/** As `ServerTarget.source` names them. */
export type Origins = Readonly<Partial<Record<'host' | 'port' | 'user' | 'password' | 'database' | 'ssl', string>>>

export interface FoundServer {
  readonly target: ServerTarget
  readonly origins: Origins
  readonly warnings: readonly string[]
}

/** The server from variables of one family, or null when none of those that `need` names is set. */
export function serverFromParts(
  variables: Variables,
  prefix: 'POSTGRES_' | 'PG',
  need: readonly string[],
  needsDatabase: boolean,
): FoundServer | null {
  const first = need.find((key) => variables.has(prefix + key))
  if (first === undefined) return null
  const names =
    prefix === 'PG'
      ? variableOf
      : {
          host: 'POSTGRES_HOST',
          port: 'POSTGRES_PORT',
          user: 'POSTGRES_USER',
          password: 'POSTGRES_PASSWORD',
          dbname: 'POSTGRES_DB',
        }
  const found: Parameters = new Map()
  // Of libpq's, a service goes before the variables.
  if (prefix === 'PG') fillFromService(found, variables)
  fillFromVariables(found, variables, names)
  fillFromVariables(found, variables, otherVariables)
  return serverFrom(found, describe(prefix + first, certain(variables.get(prefix + first))), needsDatabase)
}

/** The server of a URL; what it leaves open comes from its service, then from libpq's variables. */
export function serverFromUrl(text: string, source: string, variables: Variables, needsDatabase: boolean): FoundServer {
  const found: Parameters = new Map(
    [...parseUrl(text.trim(), source)].map(([name, value]) => [name, { value, source }]),
  )
  fillFromService(found, variables)
  fillFromVariables(found, variables, { ...variableOf, ...otherVariables })
  return serverFrom(found, source, needsDatabase)
}

/** Where a variable was set; undefined when it was not. */
export function originOf(variables: Variables, name: string): string | undefined {
  const variable = variables.get(name)
  return variable === undefined ? undefined : describe(name, variable)
}

function serverFrom(found: Parameters, source: string, needsDatabase: boolean): FoundServer {
  for (const [name, { value, source: from }] of found) {
    const refusal = refusalOf(name, value)
    if (refusal !== null) throw wrong(from, refusal)
  }
  const get = (name: string) => found.get(name)?.value || undefined
  const places = placesFrom(found)
  const place = certain(places[0])
  const user = get('user') ?? 'postgres'
  if (needsDatabase && get('dbname') === undefined) {
    throw new NselfError('configuration', `${source} names no database`, {
      hint: 'in staging and production there is no default: add it, such as postgresql://user@host:5432/database, POSTGRES_DB or PGDATABASE',
    })
  }
  const password = get('password') ?? null
  const passfile = password === null ? readPassfile(get('passfile')) : null
  const ssl = sslModeFrom(found)
  const link: Link = {
    ...(places.length > 1 || place.hostaddr !== undefined ? { places } : {}),
    ...linkFrom(found, ssl),
    ...(passfile !== null && passfile.lines.length > 0 ? { passwords: passfile.lines, passfile: passfile.path } : {}),
  }
  const target: ServerTarget = {
    kind: 'server',
    host: place.host,
    port: place.port,
    user,
    password,
    database: get('dbname') ?? user,
    ...(ssl === undefined ? {} : { ssl }),
    ...(Object.keys(link).length > 0 ? { link } : {}),
    source,
  }
  return { target, origins: originsOf(found), warnings: passfile?.warning ? [passfile.warning] : [] }
}

function originsOf(found: Parameters): Origins {
  const names = { host: 'host', port: 'port', user: 'user', password: 'password', database: 'dbname', ssl: 'sslmode' }
  return Object.fromEntries(
    Object.entries(names).flatMap(([part, name]) => {
      const source = found.get(name)?.source ?? (name === 'sslmode' ? found.get('ssl')?.source : undefined)
      return source === undefined ? [] : [[part, source]]
    }),
  )
}

/** As many as hosts or addresses are listed; one port is that of all. */
function placesFrom(found: Parameters): { host: string; port: number; hostaddr?: string }[] {
  const list = (name: string) => found.get(name)?.value.split(',')
  const [hosts, addresses, ports] = [list('host'), list('hostaddr'), list('port') ?? ['']]
  const count = Math.max(hosts?.length ?? 0, addresses?.length ?? 0, 1)
  const source = (found.get('port') ?? found.get('host') ?? found.get('hostaddr'))?.source ?? ''
  if (hosts !== undefined && addresses !== undefined && hosts.length !== addresses.length)
    throw wrong(source, `it names ${hosts.length} hosts and ${addresses.length} addresses`)
  if (ports.length > 1 && ports.length !== count)
    throw wrong(source, `it names ${count} hosts and ${ports.length} ports`)
  return Array.from({ length: count }, (_, i) => {
    const hostaddr = addresses?.[i] || undefined
    const port = ports[ports.length === 1 ? 0 : i] ?? ''
    return {
      host: hosts?.[i] || hostaddr || 'localhost',
      port: port === '' ? 5432 : portFrom(port, source),
      ...(hostaddr === undefined ? {} : { hostaddr }),
    }
  })
}

function portFrom(text: string, source: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port >= 1 && port <= 65535) return port
  // The text is not shown: in a mangled URL it can be a piece of the password.
  throw new NselfError('configuration', `the port in ${source} is not a number from 1 to 65535`, {
    hint: 'PostgreSQL listens on 5432 unless it was told otherwise',
  })
}
