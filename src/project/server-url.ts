import { queryForPostgres, refusalOf } from '../core/connection/parameters.ts'
import { NselfError } from '../core/errors.ts'

/** What a URL sets, by libpq's names of the parameters; several hosts and ports are lists with commas. */
export type UrlParameters = ReadonlyMap<string, string>

/**
 * The parameters of a URL, decoded; what it does not say is not in them.
 * @throws NselfError `configuration`, in which no password is.
 */
export function parseUrl(text: string, source: string): UrlParameters {
  const [, authority, path, search] = /^postgres(?:ql)?:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/i.exec(text) ?? []
  if (authority === undefined) throw badUrl(source)
  // A raw / or ? in a password ends the host too early: another host would be meant.
  if (path?.includes('@') || (search?.includes('@') && !authority.includes('@'))) throw badUrl(source)
  try {
    const found = new Map<string, string>()
    const set = (name: string, value: string | undefined) => value && found.set(name, decodeURIComponent(value))
    const at = authority.lastIndexOf('@')
    const [, user, password] = /^([^:]*):?(.*)$/s.exec(authority.slice(0, Math.max(at, 0))) ?? []
    set('user', user)
    set('password', password)
    setHosts(authority.slice(at + 1), set, source)
    set('dbname', path)
    const query = queryOf(search ?? '', source)
    refuseUnknown(query, text, source)
    for (const [name, value] of query) if (value !== '') found.set(name, value)
    return found
  } catch (error) {
    if (error instanceof NselfError) throw error
    throw badUrl(source, 'a % in it is not followed by two hexadecimal digits')
  }
}

/** A socket has no host before its ?host=, and `h1:1,h2:2` are two. */
function setHosts(list: string, set: (name: string, value: string) => unknown, source: string): void {
  const places = list.split(',').map((one) => /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/.exec(one))
  if (places.some((place) => place === null)) throw badUrl(source)
  set('host', places.map((place) => place?.[1] ?? place?.[2] ?? '').join(','))
  const ports = places.map((place) => place?.[3] ?? '')
  if (ports.some((port) => port !== '')) set('port', ports.join(','))
}

/** Unlike URLSearchParams, and like libpq, a + is a +. */
function queryOf(search: string, source: string): Map<string, string> {
  const pairs = search
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair): [string, string] => {
      const end = pair.indexOf('=')
      if (end < 1) throw badUrl(source, 'after the ? a name and a value with = between them are missing')
      return [decodeURIComponent(pair.slice(0, end)), decodeURIComponent(pair.slice(end + 1))]
    })
  return new Map(pairs)
}

function refuseUnknown(query: ReadonlyMap<string, string>, text: string, source: string): void {
  for (const [name, value] of query) {
    const refusal = refusalOf(name, value)
    if (refusal === null) continue
    const other = queryForPostgres(query)
    const works = other === null ? null : `${text.replace(/\?.*$/s, '')}${other === '' ? '' : `?${other}`}`
    throw new NselfError('configuration', `${source}: ${refusal}`, {
      hint:
        works === null
          ? 'remove it from the URL; docs/connections.md has the parameters'
          : `write: ${masked(works)}${works === masked(works) ? '' : ' (*** stands for the password)'}`,
    })
  }
}

function masked(url: string): string {
  return url.replace(/^(\w+:\/\/[^:@/]*:).*(@)/s, '$1***$2').replace(/([?&](?:ssl)?password=)[^&]*/g, '$1***')
}

function badUrl(source: string, reason?: string): NselfError {
  const what = `${source} is not a PostgreSQL URL that nself can use`
  return new NselfError('configuration', reason === undefined ? what : `${what}: ${reason}`, {
    hint: 'write postgresql://user:password@host:5432/database, with special characters percent-encoded (@ is %40)',
  })
}
