import { NselfError } from '../core/errors.ts'
import { readService } from './connection-files.ts'
import { describe, type Variables } from './env-files.ts'

/** A parameter of libpq, and where it was set. */
interface Parameter {
  readonly value: string
  readonly source: string
}

export type Parameters = Map<string, Parameter>

/** libpq's variables for where a server is and who enters it. */
export const variableOf: Readonly<Record<string, string>> = {
  host: 'PGHOST',
  hostaddr: 'PGHOSTADDR',
  port: 'PGPORT',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  dbname: 'PGDATABASE',
}

export const otherVariables: Readonly<Record<string, string>> = {
  passfile: 'PGPASSFILE',
  options: 'PGOPTIONS',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslcrl: 'PGSSLCRL',
  sslnegotiation: 'PGSSLNEGOTIATION',
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
  channel_binding: 'PGCHANNELBINDING',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  load_balance_hosts: 'PGLOADBALANCEHOSTS',
  require_auth: 'PGREQUIREAUTH',
  requirepeer: 'PGREQUIREPEER',
  gssencmode: 'PGGSSENCMODE',
}

/** Adds to `found` what variables set and nothing else has; `names` maps each parameter to its variable. */
export function fillFromVariables(
  found: Parameters,
  variables: Variables,
  names: Readonly<Record<string, string>>,
): void {
  for (const [parameter, name] of Object.entries(names)) {
    const variable = variables.get(name)
    if (found.has(parameter) || variable === undefined) continue
    // With a host of its own a URL does not mean the address of another.
    if (
      parameter === 'hostaddr' &&
      found.get('host')?.source !== describe('PGHOST', variables.get('PGHOST') ?? variable) &&
      found.has('host')
    )
      continue
    found.set(parameter, { value: variable.value, source: describe(name, variable) })
  }
}

/** Adds to `found` what the service file says of the service that is named, where nothing else has set it. */
export function fillFromService(found: Parameters, variables: Variables): void {
  // With a host of its own a URL does not mean what a shell has set for another server.
  const variable = found.has('host') ? undefined : variables.get('PGSERVICE')
  const service =
    found.get('service') ?? (variable && { value: variable.value, source: describe('PGSERVICE', variable) })
  if (service === undefined) return
  const own = found.get('servicefile')?.value ?? variables.get('PGSERVICEFILE')?.value
  const files = { own, folder: variables.get('PGSYSCONFDIR')?.value }
  for (const [name, value] of readService(service.value, service.source, files)) {
    if (!found.has(name)) found.set(name, { value, source: `service ${service.value}` })
  }
}

/** @throws NselfError `configuration` for a value that is none of them. */
export function oneOf<T extends string>(found: Parameters, name: string, values: readonly T[]): T | undefined {
  const parameter = found.get(name)
  if (parameter === undefined || parameter.value === '') return undefined
  const value = values.find((item) => item === parameter.value)
  // What was written is not shown: in a mangled URL it can be a piece of the password.
  if (value === undefined) throw wrong(parameter.source, `${name} must be one of ${values.join(', ')}`)
  return value
}

/** The error for a value that cannot be used. `source`: where it was set. */
export function wrong(source: string, what: string): NselfError {
  return new NselfError('configuration', `${source}: ${what}`, {
    hint: 'change it there; docs/connections.md has the parameters',
  })
}
