import { isSocket, type PasswordLine } from './link.ts'

/** The lines of a .pgpass file. Those with too few fields hold nothing, as for libpq. */
export function parsePassfile(text: string): PasswordLine[] {
  return text.split(/\r?\n/).flatMap((line) => {
    if (line.startsWith('#')) return []
    // A backslash takes the next character as it is: \: and \\.
    const fields = /^((?:\\.|[^:\\])*):((?:\\.|[^:\\])*):((?:\\.|[^:\\])*):((?:\\.|[^:\\])*):(.*)$/.exec(line)
    if (fields === null) return []
    const [host, port, database, user] = fields.slice(1, 5).map((field) => (field === '*' ? null : unescaped(field)))
    const password = unescaped(passwordField(fields[5] ?? ''))
    return [{ host: host ?? null, port: port ?? null, database: database ?? null, user: user ?? null, password }]
  })
}

/** The last field ends at a colon that is not escaped, too. */
const passwordField = (rest: string): string => /^(?:\\.|[^:\\])*/.exec(rest)?.[0] ?? ''

const unescaped = (field: string): string => field.replace(/\\(.)/g, '$1')

interface Wanted {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
}

/** The password of the first line that fits; null when none does. The usual folders of sockets count as localhost. */
export function passwordIn(lines: readonly PasswordLine[], { host, port, database, user }: Wanted): string | null {
  const name = isSocket(host) && usualSocketFolders.includes(host) ? 'localhost' : host
  const fits = (field: string | null, value: string) => field === null || field === value
  const line = lines.find(
    (item) =>
      fits(item.host, name) && fits(item.port, String(port)) && fits(item.database, database) && fits(item.user, user),
  )
  return line?.password ?? null
}

const usualSocketFolders = ['/tmp', '/run/postgresql', '/var/run/postgresql']
