import { type Link, sessionAttributes, sslModes, tlsVersions } from '../core/connection/link.ts'
import { usualCertificate } from './connection-files.ts'
import { oneOf, type Parameters, wrong } from './server-parameters.ts'

/** The sslmode that the parameters ask for; undefined where they say nothing of TLS. */
export function sslModeFrom(found: Parameters): string | undefined {
  const mode = oneOf(found, 'sslmode', sslModes)
  if (mode !== undefined) return mode
  // `ssl=true` is what other drivers write, and libpq reads it in the same way.
  const isOn = ['true', '1'].includes(found.get('ssl')?.value ?? '') || found.get('requiressl')?.value === '1'
  return isOn ? 'require' : undefined
}

/** How to reach the server, from the parameters. @throws NselfError `configuration` for a value that libpq does not know. */
export function linkFrom(found: Parameters, ssl: string | undefined): Link {
  const get = (name: string) => found.get(name)?.value || undefined
  const attributes = oneOf(found, 'target_session_attrs', sessionAttributes)
  const binding = oneOf(found, 'channel_binding', ['disable', 'prefer', 'require'] as const)
  const balance = oneOf(found, 'load_balance_hosts', ['disable', 'random'] as const)
  const negotiation = oneOf(found, 'sslnegotiation', ['postgres', 'direct'] as const)
  const verifies = ssl === 'require' || ssl?.startsWith('verify')
  const entries = {
    attributes: attributes === 'any' ? undefined : attributes,
    random: balance === 'random' || undefined,
    options: get('options'),
    timeoutMs: timeoutFrom(found),
    rootCert: get('sslrootcert') ?? (verifies ? usualCertificate('root.crt') : undefined),
    crl: get('sslcrl'),
    cert: get('sslcert') ?? (ssl === undefined ? undefined : usualCertificate('postgresql.crt')),
    key: get('sslkey') ?? (ssl === undefined ? undefined : usualCertificate('postgresql.key')),
    keyPassword: get('sslpassword'),
    minTls: oneOf(found, 'ssl_min_protocol_version', tlsVersions),
    maxTls: oneOf(found, 'ssl_max_protocol_version', tlsVersions),
    directTls: negotiation === 'direct' || undefined,
    channelBinding: binding,
  }
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined))
}

/** In ms; 0 and less than that are no limit, and libpq takes at least two seconds. */
function timeoutFrom(found: Parameters): number | undefined {
  const parameter = found.get('connect_timeout')
  if (parameter === undefined) return undefined
  if (!/^\s*-?\d+\s*$/.test(parameter.value))
    throw wrong(parameter.source, 'connect_timeout must be a number of seconds')
  const seconds = Number(parameter.value)
  return seconds <= 0 ? 0 : Math.max(seconds, 2) * 1000
}
