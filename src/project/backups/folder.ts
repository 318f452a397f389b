import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { access, chmod, constants, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { type Backup, backupName, type Manifest, takenAtOf } from '../../core/backup.ts'
import { NselfError } from '../../core/errors.ts'
import { isDiskFull } from '../../core/system-error.ts'
import { systemReason } from '../../core/system-refusal.ts'
import { codeOf, place, sync } from '../durable-file.ts'
import { makeFolder } from '../make-folder.ts'
import { readRegular } from '../regular-file.ts'
import { manifestText, parseManifest } from './manifest.ts'

const minute = 60_000
/** After so long, a temporary file of another host, whose processes cannot be asked, is nobody's. */
const day = 86_400_000

const ending = { dump: '.dump', copy: '.copy' } as const

/** Makes the folder, closed to others and to git. @throws NselfError `configuration` when nothing can be written there. */
export async function openBackups(folder: string): Promise<void> {
  try {
    makeFolder(folder, 0o700)
    await access(folder, constants.W_OK)
    await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch((error) => {
      if (error.code !== 'EEXIST') throw error
    })
  } catch (error) {
    throw new NselfError('configuration', `cannot write to the backups folder ${folder}: ${systemReason(error)}`, {
      hint: 'make it a folder that you can write to, or set NSELF_BACKUPS_DIR; nothing was run',
      cause: error,
    })
  }
}

/** A name for a file that is not whole yet: of this host and process, so that the next run can tell it is nobody's. */
export function temporaryIn(folder: string): string {
  return join(folder, `.nself-${process.pid}-${randomBytes(4).toString('hex')}@${hostname()}.tmp`)
}

/** Says in a file of that name whose copy a database is, until it has a manifest. */
export async function noteCopy(path: string, copy: string): Promise<void> {
  await writeFile(path, JSON.stringify({ copy }), { mode: 0o600 })
}

/** The copy that such a file names; null for any other file. */
export async function notedCopy(path: string): Promise<string | null> {
  const text = await readRegular(path).catch(() => '')
  const found = /^\{"copy":(".*")\}$/.exec(text.length < 1000 ? text : '')?.[1]
  return found === undefined ? null : String(JSON.parse(found))
}

/** The names of what backups are kept in, the newest first, without a look into them. */
export function backupNames(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => Object.values(ending).some((end) => name.endsWith(end)))
  return names.sort().reverse()
}

/** Removes a file that is not whole, where it is still there. */
export async function discard(path: string): Promise<void> {
  await rm(path, { force: true })
}

/** What the file system said when a backup could not be written; any other error is returned as it is. */
export function writeFailure(error: unknown, folder: string): unknown {
  if (error instanceof NselfError || !isSystemError(error)) return error
  if (isDiskFull(codeOf(error))) {
    return new NselfError('disk-full', `cannot write the backup to ${folder}: the disk is full (${codeOf(error)})`, {
      hint: 'make room (nself db backup prune N), or set NSELF_BACKUPS_DIR to another one; no backup was kept',
      cause: error,
    })
  }
  return new NselfError('backup-failed', `cannot write the backup to ${folder}: ${systemReason(error)}`, {
    hint: 'check that the disk has room and that you may write there, or set NSELF_BACKUPS_DIR; no backup was kept',
    cause: error,
  })
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

/** What runs that have ended left half-done. */
export async function leftovers(folder: string): Promise<string[]> {
  const stale: string[] = []
  for (const name of await readdir(folder).catch(() => [])) {
    // A manifest comes a moment before its dump, and goes a moment after it.
    const alone = name.endsWith('.dump.json') && !(await exists(join(folder, name.slice(0, -5))))
    if (alone && (await isOlder(join(folder, name), minute))) stale.push(join(folder, name))
    const [, pid, host] = /^\.nself-(\d+)-[0-9a-f]{8}@(.*)\.tmp$/.exec(name) ?? []
    if (pid === undefined) continue
    const path = join(folder, name)
    if (host === hostname() ? !isAlive(Number(pid)) : await isOlder(path, day)) stale.push(path)
  }
  return stale
}

/**
 * Gives a finished backup its name, its manifest first, both on disk: the backup is there once its own file is.
 * @param temporary the dump; null for a copy, whose manifest is all there is.
 */
export async function publish(folder: string, temporary: string | null, manifest: Manifest): Promise<Backup> {
  const temporaryManifest = temporaryIn(folder)
  try {
    if (temporary !== null) {
      await chmod(temporary, 0o600)
      await sync(temporary)
    }
    await writeFile(temporaryManifest, manifestText(manifest), { mode: 0o600, flag: 'wx' })
    await sync(temporaryManifest)
    const name = await reserve(folder, temporaryManifest, manifest)
    const path = join(folder, name)
    if (temporary !== null) await place(temporary, path)
    await sync(folder)
    const { size, takenAt: writtenAt } = manifest
    return { name, path, size, writtenAt, manifest, isDamaged: false }
  } finally {
    await rm(temporaryManifest, { force: true })
    if (temporary !== null) await rm(temporary, { force: true })
  }
}

/** The first free name, taken by its manifest: of two at once only one can link it. */
async function reserve(folder: string, from: string, { kind, takenAt, method }: Manifest): Promise<string> {
  for (let count = 1; ; count++) {
    const name = `${backupName(kind, takenAt)}${count === 1 ? '' : `_${count}`}${ending[method]}`
    // A dump without a manifest may have the name too.
    if (await exists(join(folder, name))) continue
    try {
      await place(from, join(folder, `${name}.json`))
      return name
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
  }
}

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
  const text = await readRegular(`${path}.json`).catch(() => null)
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

/** Removes a backup's files: the manifest last, so that an end in the middle leaves no dump without one. */
export async function removeBackup({ path }: Backup): Promise<void> {
  await rm(path, { force: true })
  await rm(`${path}.json`, { force: true })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

async function isOlder(path: string, ms: number): Promise<boolean> {
  const facts = await stat(path).catch(() => null)
  return facts !== null && Date.now() - facts.mtimeMs > ms
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null
}
