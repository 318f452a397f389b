import type { Environment } from './environment.ts'

/** `schema` holds no rows but those of the tracking tables, `data` all rows but those. */
export type BackupKind = 'full' | 'schema' | 'data'

/** What stands beside a backup, in `<name>.json`. */
export interface Manifest {
  /** `dump`: a file of pg_dump. `copy`: a database on the same server, named in `copy`. */
  readonly method: 'dump' | 'copy'
  readonly kind: BackupKind
  readonly database: string
  /** `HOST:PORT`. */
  readonly server: string
  /** What tells its cluster from all others, at whatever port; null where it was not told. */
  readonly serverId: string | null
  /** In which functions find others by their names alone. */
  readonly searchPath: string | null
  readonly serverVersion: string
  readonly pgDumpVersion: string | null
  readonly environment: Environment
  /** The migration that was applied last: `016_add_listing_indexes`. */
  readonly lastVersion: string | null
  readonly size: number
  readonly sha256: string | null
  /** ISO 8601. */
  readonly takenAt: string
  readonly durationMs: number
  /** pg_restore read it to its end. */
  readonly verified: boolean
  /** Roles that own something in it or have rights to it. */
  readonly roles: readonly string[]
  readonly copy: string | null
}

/** A backup in the folder. Without a manifest it was made by other means. */
export interface Backup {
  /** The file's name; of a copy, that of its manifest without `.json`. */
  readonly name: string
  readonly path: string
  readonly size: number
  /** When the file was last written, for what has no manifest; ISO 8601. */
  readonly writtenAt: string
  readonly manifest: Manifest | null
  /** It has a manifest that cannot be read. */
  readonly isDamaged: boolean
}

/** `20260122_143000`, in UTC. */
export function stampOf(iso: string): string {
  return iso.slice(0, 19).replace(/[-:]/g, '').replace('T', '_')
}

/** The name of a backup without its ending: `nself_full_20260122_143000`. */
export function backupName(kind: BackupKind, takenAt: string): string {
  return `nself_${kind}_${stampOf(takenAt)}`
}

/** When it was taken; of one without a manifest, when its file was written. */
export const takenAtOf = ({ manifest, writtenAt }: Backup): string => manifest?.takenAt ?? writtenAt

/** As large as its manifest says, and read to its end when it was taken. */
export const isVerified = ({ manifest, size }: Backup): boolean =>
  manifest?.verified === true && (manifest.method === 'copy' || manifest.size === size)

/** Where a server is, and what tells its cluster from others: `HOST:PORT`, and its identifier where it is known. */
export interface ServerName {
  readonly server: string
  readonly serverId: string | null
}

/**
 * Whether two names mean one server. This machine has several names for itself, and a server several ports; a copy of a
 * whole cluster has its identifier too, but another host.
 */
export function isSameServer(a: ServerName, b: ServerName): boolean {
  if (a.serverId === null || b.serverId === null) return canonicalServer(a.server) === canonicalServer(b.server)
  return a.serverId === b.serverId && hostOf(a.server) === hostOf(b.server)
}

const canonicalServer = (server: string) =>
  server.toLowerCase().replace(/^(127\.0\.0\.1|::1|localhost|[/@].*):/, 'localhost:')
const hostOf = (server: string) => canonicalServer(server).replace(/:\d+$/, '')

/** Whether two backups are of one kind, server, database and environment: they take each other's place. */
export const isOneGroup = (a: Manifest, b: Manifest): boolean =>
  a.environment === b.environment && a.kind === b.kind && a.database === b.database && isSameServer(a, b)

/**
 * Those that go when `keep` stay of each kind, server, database and environment. What has no manifest is somebody
 * else's; the newest verified one stays whatever its age.
 * @param backups the newest first.
 * @param taken the name of one that was taken just now: it counts as the newest, whatever the clock says.
 */
export function pruned(backups: readonly Backup[], keep: number, taken: string | null = null): Backup[] {
  const groups: (Backup & { readonly manifest: Manifest })[][] = []
  const isTaken = ({ name }: Backup) => name === taken
  for (const backup of [...backups.filter(isTaken), ...backups.filter((other) => !isTaken(other))]) {
    const { manifest } = backup
    if (manifest === null) continue
    // With each of them: a backup that does not know its server's identifier fits more than one server.
    const group = groups.find((members) => members.every((member) => isOneGroup(member.manifest, manifest)))
    if (group === undefined) groups.push([{ ...backup, manifest }])
    else group.push({ ...backup, manifest })
  }
  return groups.flatMap((group) => {
    const newestVerified = group.find(isVerified)
    return group.slice(keep).filter((backup) => backup !== newestVerified)
  })
}
