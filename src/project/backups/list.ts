import { readdirSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { type Backup, takenAtOf } from '../../core/backup.ts'
import { NselfError } from '../../core/errors.ts'
import { codeOf } from '../../core/system-error.ts'
import { systemReason } from '../../core/system-refusal.ts'
import { readIfThere } from '../regular-file.ts'
import { ending } from './folder.ts'
import { parseManifest } from './manifest.ts'

/** Backups of a folder, the newest first. */
export async function listBackups(folder: string): Promise<Backup[]> {
  const names = await readdir(folder).catch((error): string[] => {
    if (codeOf(error) === 'ENOENT') return []
    throw new NselfError('configuration', `cannot read the backups folder ${folder}: ${systemReason(error)}`, {
      hint: 'check its permissions, or set NSELF_BACKUPS_DIR',
      cause: error,
    })
  })
  const backups = names
    .filter((name) => !name.startsWith('.'))
    .map(async (name) => {
      if (name.endsWith('.dump')) return readBackup(folder, name)
      return name.endsWith('.copy.json') ? readBackup(folder, name.slice(0, -5)) : null
    })
  const found = (await Promise.all(backups)).filter((backup) => backup !== null)
  const key = (backup: Backup) => `${takenAtOf(backup)} ${backup.name}`
  return found.sort((a, b) => (key(a) < key(b) ? 1 : -1))
}

async function readBackup(folder: string, name: string): Promise<Backup | null> {
  const path = join(folder, name)
  const text = readIfThere(`${path}.json`)
  const manifest = text === null ? null : await parseManifest(text)
  const isDamaged = text !== null && manifest === null
  if (name.endsWith('.copy'))
    return manifest && { name, path, size: manifest.size, writtenAt: manifest.takenAt, manifest, isDamaged }
  const facts = await stat(path).catch(() => null)
  if (facts === null || !facts.isFile()) return null
  return { name, path, size: facts.size, writtenAt: facts.mtime.toISOString(), manifest, isDamaged }
}

/**
 * The backup that a user names: one of the folder, or a path from where he stands.
 * @throws NselfError `usage` when there is no such file.
 */
export async function findBackup(folder: string, cwd: string, wanted: string): Promise<Backup> {
  const name = wanted.replace(/\.json$/, '')
  const places = isAbsolute(name) ? [name] : [resolve(cwd, name), join(folder, name), join(folder, `${name}.dump`)]
  for (const place of [...places, join(folder, `${name}.copy`)]) {
    const at = resolve(place)
    const backup = await readBackup(resolve(at, '..'), at.slice(resolve(at, '..').length).replace(/^[/\\]/, ''))
    if (backup !== null) return backup
  }
  throw new NselfError('usage', `there is no backup ${wanted} in this folder or in ${relative(cwd, folder) || '.'}`, {
    hint: 'to see the backups: nself db backup list',
  })
}

/** The names of what backups are kept in, the newest first, without a look into them. */
export function backupNames(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => Object.values(ending).some((end) => name.endsWith(end)))
  return names.sort().reverse()
}

/** Removes a backup's files: the manifest last, so that an end in the middle leaves no dump without one. */
export async function removeBackup({ path }: Backup): Promise<void> {
  await rm(path, { force: true })
  await rm(`${path}.json`, { force: true })
}
