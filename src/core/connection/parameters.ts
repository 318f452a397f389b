/**
 * What nself makes of a parameter of libpq: it is heeded, it changes nothing here, or it is refused with the reason.
 * `unless` names values that change nothing all the same.
 */
type Use = 'heeded' | 'harmless' | { readonly refused: string; readonly unless?: readonly string[] }

const gss = { refused: 'nself does not speak GSSAPI', unless: ['disable', 'prefer', '0'] }
const oauth = { refused: 'nself does not speak OAuth' }
const scram = { refused: 'nself logs in with the password itself' }

/** Each parameter of libpq 18, and `ssl`, which other drivers have. */
const uses: Readonly<Record<string, Use>> = {
  host: 'heeded',
  hostaddr: 'heeded',
  port: 'heeded',
  dbname: 'heeded',
  user: 'heeded',
  password: 'heeded',
  passfile: 'heeded',
  service: 'heeded',
  servicefile: 'heeded',
  options: 'heeded',
  connect_timeout: 'heeded',
  target_session_attrs: 'heeded',
  load_balance_hosts: 'heeded',
  channel_binding: 'heeded',
  ssl: 'heeded',
  sslmode: 'heeded',
  requiressl: 'heeded',
  sslnegotiation: 'heeded',
  sslrootcert: 'heeded',
  sslcert: 'heeded',
  sslkey: 'heeded',
  sslpassword: 'heeded',
  sslcrl: 'heeded',
  ssl_min_protocol_version: 'heeded',
  ssl_max_protocol_version: 'heeded',
  // nself names its connections itself, speaks UTF-8, and sees for itself that a wire is alive.
  application_name: 'harmless',
  fallback_application_name: 'harmless',
  client_encoding: 'harmless',
  keepalives: 'harmless',
  keepalives_idle: 'harmless',
  keepalives_interval: 'harmless',
  keepalives_count: 'harmless',
  tcp_user_timeout: 'harmless',
  sslcompression: 'harmless',
  sslsni: { refused: 'the name of the server is always sent', unless: ['1'] },
  sslcertmode: { refused: 'a client certificate is sent when there is one', unless: ['allow', 'disable'] },
  sslcrldir: { refused: 'name the file of the revoked certificates: sslcrl' },
  sslkeylogfile: { refused: 'nself writes no keys to a file' },
  krbsrvname: 'harmless',
  gsslib: 'harmless',
  gssencmode: gss,
  gssdelegation: gss,
  replication: { refused: 'no migration can run on a replication connection', unless: ['false', 'off', 'no', '0'] },
  requirepeer: { refused: 'nself cannot see who runs the server' },
  require_auth: { refused: 'nself logs in the way that the server asks for' },
  min_protocol_version: { refused: 'nself speaks version 3.0 of the protocol', unless: ['3.0'] },
  max_protocol_version: 'harmless',
  scram_client_key: scram,
  scram_server_key: scram,
  oauth_issuer: oauth,
  oauth_client_id: oauth,
  oauth_client_secret: oauth,
  oauth_scope: oauth,
}

/** Parameters of other drivers and pools, and what to write instead; '' for what can be left out. */
const ofOthers: Readonly<Record<string, { readonly whose: string; readonly instead: (value: string) => string }>> = {
  schema: { whose: 'Prisma', instead: (value) => `options=-c%20search_path%3D${encodeURIComponent(value)}` },
  search_path: {
    whose: 'other drivers',
    instead: (value) => `options=-c%20search_path%3D${encodeURIComponent(value)}`,
  },
  currentschema: { whose: 'JDBC', instead: (value) => `options=-c%20search_path%3D${encodeURIComponent(value)}` },
  sslaccept: { whose: 'Prisma', instead: (value) => (value === 'strict' ? 'sslmode=verify-full' : 'sslmode=require') },
  statement_timeout: { whose: 'other drivers', instead: (value) => `options=-c%20statement_timeout%3D${value}` },
  ...Object.fromEntries(
    [
      'connection_limit',
      'pool_timeout',
      'pgbouncer',
      'socket_timeout',
      'statement_cache_size',
      'max_idle_connection_lifetime',
      'sslidentity',
    ].map((name) => [name, { whose: 'Prisma', instead: () => '' }]),
  ),
  ...Object.fromEntries(
    [
      'pool_max_conns',
      'pool_min_conns',
      'pool_size',
      'max',
      'supa',
      'workaround',
      'prepared_statements',
      'binary_parameters',
      'uselibpqcompat',
    ].map((name) => [name, { whose: 'other drivers', instead: () => '' }]),
  ),
}

/** Why a parameter cannot be taken; null when it can. */
export function refusalOf(name: string, value: string): string | null {
  const use = Object.hasOwn(uses, name) ? uses[name] : undefined
  if (use === 'heeded' || use === 'harmless') return null
  if (use !== undefined) return use.unless?.includes(value) ? null : `${name} is not supported: ${use.refused}`
  const other = Object.hasOwn(ofOthers, name.toLowerCase()) ? ofOthers[name.toLowerCase()] : undefined
  if (other !== undefined) return `"${name}" is a parameter of ${other.whose}, not of PostgreSQL`
  return `"${name}" is not a parameter of a PostgreSQL URL`
}

/** A query of a URL without the parameters of other drivers, what PostgreSQL has for them in their place; null where none is there. */
export function queryForPostgres(query: ReadonlyMap<string, string>): string | null {
  let isChanged = false
  const parts = [...query].map(([name, value]) => {
    const other = Object.hasOwn(ofOthers, name.toLowerCase()) ? ofOthers[name.toLowerCase()] : undefined
    if (other !== undefined) isChanged = true
    return other === undefined ? `${name}=${encodeURIComponent(value)}` : other.instead(value)
  })
  return isChanged ? parts.filter((part) => part !== '').join('&') : null
}
