import { certain } from '../core/certain.ts'
import { NselfError } from '../core/errors.ts'
import { describe, type Variables } from './env-files.ts'
import { badUrl, parseUrl } from './server-url.ts'

export interface ServerTarget {
  readonly kind: 'server'
  /** A name, an address without brackets, or the folder of a socket. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string | null
  readonly database: string
  /** The `sslmode` as the user wrote it. */
  readonly ssl?: string
  /** Where it was set: `--database-url`, `DATABASE_URL`, `POSTGRES_HOST in .env.local`. */
  readonly source: string
}

/** As `ServerTarget.source` names them. */
export type Origins = Readonly<Partial<Record<'host' | 'port' | 'user' | 'password' | 'database' | 'ssl', string>>>

interface FoundServer {
  readonly target: ServerTarget
  readonly origins: Origins
}

/** The server from variables of one family, or null when none of those that `need` names is set. */
export function serverFromParts(
  variables: Variables,
  prefix: string,
  databaseKey: string,
  need: readonly string[],
): FoundServer | null {
  const get = (key: string) => variables.get(prefix + key)
  const first = need.find((key) => get(key) !== undefined)
  if (first === undefined) return null
  const port = get('PORT')
  const user = get('USER')?.value ?? 'postgres'
  const target: ServerTarget = {
    kind: 'server',
    host: get('HOST')?.value ?? 'localhost',
    port: port === undefined ? 5432 : portFrom(port.value, describe(`${prefix}PORT`, port)),
    user,
    password: get('PASSWORD')?.value ?? null,
    database: get(databaseKey)?.value ?? user,
    ...sslOf(variables.get('PGSSLMODE')?.value),
    source: describe(prefix + first, certain(get(first))),
  }
  const names = { host: 'HOST', port: 'PORT', user: 'USER', password: 'PASSWORD', database: databaseKey }
  const origins = Object.entries(names).map(([part, key]) => [part, originOf(variables, prefix + key)])
  return { target, origins: { ...Object.fromEntries(origins), ssl: originOf(variables, 'PGSSLMODE') } }
}

/** Where a variable was set; undefined when it was not. */
export function originOf(variables: Variables, name: string): string | undefined {
  const variable = variables.get(name)
  return variable === undefined ? undefined : describe(name, variable)
}

function portFrom(text: string, source: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port >= 1 && port <= 65535) return port
  // The text is not shown: in a mangled URL it can be a piece of the password.
  throw new NselfError('configuration', `the port in ${source} is not a number from 1 to 65535`, {
    hint: 'PostgreSQL listens on 5432 unless it was told otherwise',
  })
}

function sslOf(mode: string | undefined): { ssl?: string } {
  return mode === undefined || mode === '' ? {} : { ssl: mode }
}

export function serverFromUrl(text: string, source: string, variables: Variables): FoundServer {
  const url = parseUrl(text.trim(), source)
  const query = (name: string) => url.query.get(name) || undefined
  for (const name of ['service', 'hostaddr']) {
    if (url.query.has(name)) throw badUrl(source, `"${name}" is not supported`)
  }
  const host = query('host') ?? (url.host || 'localhost')
  if (host.includes(',')) throw badUrl(source, 'it names more than one host')
  const port = query('port') ?? url.port
  const user = query('user') ?? (url.user || (variables.get('PGUSER')?.value ?? 'postgres'))
  // `ssl=true` is what other drivers write, and libpq reads it in the same way.
  const mode = query('sslmode') ?? (query('ssl') === 'true' ? 'require' : variables.get('PGSSLMODE')?.value)
  const target: ServerTarget = {
    kind: 'server',
    host,
    port: port === '' ? 5432 : portFrom(port, source),
    user,
    password: query('password') ?? (url.password || (variables.get('PGPASSWORD')?.value ?? null)),
    database: query('dbname') ?? (url.database || user),
    ...sslOf(mode),
    source,
  }
  const own = (said: boolean, otherwise?: string) => (said ? source : otherwise && originOf(variables, otherwise))
  const said = (name: string, part: string) => query(name) !== undefined || part !== ''
  return {
    target,
    origins: Object.fromEntries(
      Object.entries({
        host: own(said('host', url.host)),
        port: own(said('port', url.port)),
        user: own(said('user', url.user), 'PGUSER'),
        password: own(said('password', url.password), 'PGPASSWORD'),
        database: own(said('dbname', url.database)),
        ssl: own(said('sslmode', '') || query('ssl') === 'true', 'PGSSLMODE'),
      }).filter((entry) => entry[1] !== undefined),
    ),
  }
}
