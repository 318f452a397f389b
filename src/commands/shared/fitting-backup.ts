import { relative } from 'node:path'
import { type Backup, isSameServer, isVerified, type Manifest } from '../../core/backup.ts'
import type { Server } from '../../core/connection/server.ts'
import { NselfError } from '../../core/errors.ts'
import { type Archive, readArchive } from '../../postgres/backup/archive.ts'
import { spokenPlace } from '../../postgres/driver/server.ts'
import { listBackups } from '../../project/backups/list.ts'
import { sha256OfFile } from '../../project/durable-file.ts'
import { restoreLine } from './backup-first.ts'
import type { Context } from './context.ts'
import { nameOfServer } from './server-name.ts'

/** The newest full backup of the database that the settings name. @throws NselfError `usage` when there is none. */
export async function newestBackup(context: Context, server: Server): Promise<Backup> {
  const { environment, backupsDir } = context.settings
  const backups = await listBackups(backupsDir)
  const full = backups.filter(
    (backup) =>
      isVerified(backup) &&
      backup.manifest?.kind === 'full' &&
      backup.manifest.database === server.database &&
      backup.manifest.environment === environment,
  )
  const name = await nameOfServer(context, server)
  const found = full.find(({ manifest }) => manifest !== null && isSameServer(manifest, name))
  if (found !== undefined) return found
  const elsewhere = full[0]
  const sameAddress = elsewhere?.manifest?.server === name.server ? ', which was another server then' : ''
  const hint =
    elsewhere !== undefined
      ? `the newest backup of a database with that name is from ${elsewhere.manifest?.server}${sameAddress}; to restore it anyway: ${restoreLine(context, elsewhere)}`
      : backups.length === 0
        ? 'take one: nself db backup'
        : 'to see which there are: nself db backup list; then: nself db restore FILE'
  throw new NselfError(
    'usage',
    `there is no full backup of ${spokenPlace(server)} (${environment}) in ${relative(context.settings.cwd, backupsDir) || '.'}`,
    {
      hint,
    },
  )
}

/** Sees that the backup is whole, and one that this server can take. @throws NselfError `refused`. */
export async function checkBackup(context: Context, backup: Backup, serverMajor: number): Promise<Archive | null> {
  const { manifest, name } = backup
  if (manifest?.method === 'copy') return null
  if (backup.isDamaged) {
    throw new NselfError('refused', `the manifest of ${name} is damaged, so the dump cannot be checked`, {
      hint: `to restore another backup: nself db backup list; to restore this one unchecked, remove ${name}.json`,
    })
  }
  if (manifest === null) {
    context.tell(`${name} has no manifest, so nself did not make it and cannot check it before it is restored`)
  } else {
    await checkSum(context, backup, manifest)
  }
  const archive = await readArchive(backup.path, serverMajor, context.settings.pgBinDir)
  const from = archive.serverMajor ?? serverMajor
  if (from > serverMajor) {
    throw new NselfError(
      'refused',
      `${name} was taken from PostgreSQL ${from}, but the server is PostgreSQL ${serverMajor}`,
      {
        hint: 'restore it to a server of that version or newer; nothing was changed',
      },
    )
  }
  if (manifest?.kind === 'schema') context.tell(`${name} holds only the schema: all tables will be empty`)
  return archive
}

async function checkSum(context: Context, { name, path, size }: Backup, manifest: Manifest): Promise<void> {
  context.progress(`checking ${name}`)
  const isWhole = size === manifest.size && (await sha256OfFile(path)) === manifest.sha256
  if (isWhole) return
  const how =
    size === manifest.size
      ? 'its checksum is not the one in its manifest'
      : `it has ${size} bytes, and its manifest says ${manifest.size}`
  throw new NselfError('refused', `${name} is damaged: ${how}`, {
    hint: 'to see the other backups: nself db backup list; nothing was changed',
  })
}
