/** A line of a .pgpass file, its fields unescaped; null stands for `*`. */
export interface PasswordLine {
  readonly host: string | null
  readonly port: string | null
  readonly database: string | null
  readonly user: string | null
  readonly password: string
}

/** One of several places where a server may be. */
export interface Place {
  readonly host: string
  readonly port: number
  /** Where to connect to in place of what the host's name means; certificates and .pgpass go by the name. */
  readonly hostaddr?: string
}

export const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const

export const sessionAttributes = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const
export type SessionAttributes = (typeof sessionAttributes)[number]

export const tlsVersions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const
type TlsVersion = (typeof tlsVersions)[number]

/** Prints a password when one is wanted, and again once it was refused. */
export interface PasswordSource {
  /** Where it was set: `NSELF_PASSWORD_COMMAND in .env.prod`. */
  readonly source: string
  /** The same as long as it is not forgotten. @throws NselfError `configuration`. */
  read(): Promise<string>
  forget(): void
  /** What was read last, for a program that cannot ask; null before. */
  readonly known: string | null
}

/** What a connection is made with besides its server, user and database, as libpq means it; what is not set is left out. */
export interface Link {
  /** All places, when there are several or an address is given; otherwise the server's host and port are the only one. */
  readonly places?: readonly Place[]
  /** In what order to try them: as they stand without it. */
  readonly random?: boolean
  readonly attributes?: SessionAttributes
  /** Who the session works as; `options` sets it. */
  readonly role?: string
  /** Settings for the session: `-c search_path=app`. */
  readonly options?: string
  readonly timeoutMs?: number
  /** Paths of files; the root certificate can be `system`. */
  readonly rootCert?: string
  readonly cert?: string
  readonly key?: string
  readonly crl?: string
  readonly keyPassword?: string
  readonly minTls?: TlsVersion
  readonly maxTls?: TlsVersion
  readonly directTls?: boolean
  readonly channelBinding?: 'disable' | 'prefer' | 'require'
  /** Of .pgpass, for a server without a password; and where they are, for the programs that read them for themselves. */
  readonly passwords?: readonly PasswordLine[]
  readonly passfile?: string
  /** For a server without a password, after .pgpass. */
  readonly passwordSource?: PasswordSource
}

/** The places of a server, in their order. */
export function placesOf(server: { host: string; port: number; link?: Link | undefined }): readonly Place[] {
  return server.link?.places ?? [{ host: server.host, port: server.port }]
}

/** A folder, or an abstract name: where the place is a Unix socket. */
export const isSocket = (host: string): boolean => host.startsWith('/') || host.startsWith('@')

/** Where no wire leaves the machine. */
export const isLocal = (host: string): boolean =>
  isSocket(host) || host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host)
