import { NselfError } from '../core/errors.ts'

interface UrlParts {
  readonly user: string
  readonly password: string
  readonly host: string
  readonly port: string
  readonly database: string
  readonly query: ReadonlyMap<string, string>
}

/** The parts, decoded, '' where missing. No error has a cause: that of `new URL` holds the password. */
export function parseUrl(text: string, source: string): UrlParts {
  if (!/^postgres(ql)?:\/\//i.test(text)) throw badUrl(source)
  // A socket has no host before its ?host=, which `new URL` does not allow after a user or before a port.
  const missing = 'host.invalid'
  const filled = text.replace(/^(\w+:\/\/(?:[^/?#]*@)?)(?![^/?#]*@)(?=[:/?]|$)/, `$1${missing}`)
  let url: URL
  try {
    url = new URL(filled)
  } catch {
    throw badUrl(source)
  }
  // A raw # / or ? in a password ends the host too early: another host would be meant.
  if (url.hash !== '' || `${url.pathname}${url.search}`.includes('@')) throw badUrl(source)
  try {
    return {
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      host: filled !== text ? '' : decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1'),
      port: url.port,
      database: decodeURIComponent(url.pathname.slice(1)),
      query: queryOf(url.search.slice(1)),
    }
  } catch {
    throw badUrl(source, 'a % in it is not followed by two hexadecimal digits')
  }
}

/** Unlike URLSearchParams, and like libpq, a + is a +. */
function queryOf(search: string): Map<string, string> {
  const pairs = search.split('&').map((pair): [string, string] => {
    const end = pair.includes('=') ? pair.indexOf('=') : pair.length
    return [decodeURIComponent(pair.slice(0, end)), decodeURIComponent(pair.slice(end + 1))]
  })
  return new Map(pairs)
}

export function badUrl(source: string, reason?: string): NselfError {
  const what = `${source} is not a PostgreSQL URL that nself can use`
  return new NselfError('configuration', reason === undefined ? what : `${what}: ${reason}`, {
    hint: 'write postgresql://user:password@host:5432/database, with special characters percent-encoded (@ is %40)',
  })
}
