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

export const takenAtOf = ({ manifest, writtenAt }: Backup): string => manifest?.takenAt ?? writtenAt

/** As large as its manifest says, and read to its end when it was taken. */
export const isVerified = ({ manifest, size }: Backup): boolean =>
  manifest?.verified === true && (manifest.method === 'copy' || manifest.size === size)

/** Backups of one kind, server, database and environment are one group: they take each other's place. */
export const groupOf = ({ environment, server, database, kind }: Manifest): string =>
  `${environment} ${kind} ${canonicalServer(server)} ${database}`

/** Whether two ways to write `HOST:PORT` mean one server: this machine has several names for itself. */
export const isSameServer = (a: string, b: string): boolean => canonicalServer(a) === canonicalServer(b)

const canonicalServer = (server: string) => server.toLowerCase().replace(/^(127\.0\.0\.1|::1|localhost):/, 'localhost:')

/**
 * Those that go when `keep` stay of each kind, server, database and environment. What has no manifest is somebody
 * else's; the newest verified one stays whatever its age.
 * @param backups the newest first.
 * @param taken the name of one that was taken just now: it counts as the newest, whatever the clock says.
 */
export function pruned(backups: readonly Backup[], keep: number, taken: string | null = null): Backup[] {
  const groups = new Map<string, Backup[]>()
  for (const backup of backups) {
    if (backup.manifest === null) continue
    const key = groupOf(backup.manifest)
    groups.set(key, [...(groups.get(key) ?? []), backup])
  }
  return [...groups.values()].flatMap((found) => {
    const group = [...found.filter(({ name }) => name === taken), ...found.filter(({ name }) => name !== taken)]
    const newestVerified = group.find(isVerified)
    return group.slice(keep).filter((backup) => backup !== newestVerified)
  })
}

/** `1.5 GB`, in powers of 1000. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let size = bytes
  let unit = 0
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return `${unit === 0 || size >= 99.95 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`
}
