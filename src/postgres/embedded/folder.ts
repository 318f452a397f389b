import {
  accessSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { systemCodeOf } from '../../core/system-error.ts'

/** Where the embedded server of a project keeps its things. */
export interface Folder {
  /** The project's `.nself`. */
  readonly home: string
  /** Everything that belongs together: moved away whole, the data keep their password. */
  readonly root: string
  readonly data: string
  readonly settings: string
  readonly log: string
  readonly lock: string
}

/** What must be known to connect; kept in `server.json`, readable by its owner only. */
export interface ClusterSettings {
  readonly port: number
  readonly password: string
  /** Of the npm package whose programs made the data, like 18.4.0-beta.17. */
  readonly version: string
  /** The superuser; without it postgres. */
  readonly user?: string
}

/** Takes the project's `.nself` folder, which need not exist yet. */
export function folderOf(home: string): Folder {
  const base = resolve(home)
  const root = join(base, 'postgres')
  return {
    home: base,
    root,
    data: join(root, 'data'),
    settings: join(root, 'server.json'),
    log: join(base, 'postgres.log'),
    lock: join(base, 'postgres.lock'),
  }
}

/** The path of the server's log, whether or not there is one yet. */
export function logPathOf(home: string): string {
  return folderOf(home).log
}

/** Does what makes a file, link or folder; nothing when there is one of that name. */
export function unlessThere(make: () => void): void {
  try {
    make()
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
  }
}

/** The text of a file, or null when it does not exist. Throws what node throws for everything else. */
export function readIfExists(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null
    throw error
  }
}

/** Whether the system refused with one of these codes. */
export function isErrno(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && codes.includes(systemCodeOf(error) ?? '')
}

/** The settings, or null when `server.json` is missing or not whole. */
export function readSettings(folder: Folder): ClusterSettings | null {
  const text = readIfExists(folder.settings)
  if (text === null) return null
  try {
    const { port, password, version, user }: Partial<Record<keyof ClusterSettings, unknown>> = JSON.parse(text)
    if (!isPort(port) || !isText(password) || !isText(version)) return null
    return { port, password, version, ...(isText(user) ? { user } : {}) }
  } catch {
    return null
  }
}

/** Writes `server.json`. */
export function writeSettings(path: string, settings: ClusterSettings): void {
  writeInOneStep(path, `${JSON.stringify(settings, null, 2)}\n`)
}

/** A reader sees the old file or the new one, never a half; on a full disk it stays as it was. */
function writeInOneStep(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`
  rmSync(temporary, { force: true })
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' })
    keepOwner(temporary, path)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** The major version that the data folder was made with, or null when there is no data folder. */
export function dataMajor(folder: Folder): number | null {
  const text = readIfExists(join(folder.data, 'PG_VERSION'))
  return text === null ? null : Number.parseInt(text, 10)
}

/** Makes `.nself` and keeps it, with the password in it, out of git. */
export function makeHome(folder: Folder): void {
  unlessThere(() => mkdirSync(folder.home))
  const ignore = join(folder.home, '.gitignore')
  if (!existsSync(ignore)) writeInOneStep(ignore, '*\n')
}

/** A folder only its owner can read, but through which the server's account can pass. */
export function makePassage(path: string): void {
  mkdirSync(path)
  // Whatever the umask of the shell was.
  chmodSync(path, 0o711)
}

function keepOwner(path: string, like: string): void {
  if (process.getuid?.() !== 0) return
  const owner = statSync(like, { throwIfNoEntry: false })
  if (owner !== undefined && owner.uid !== 0) chownSync(path, owner.uid, owner.gid)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536
}

/** Whether something is there, and may be looked at. */
export function isThere(path: string): boolean {
  try {
    accessSync(path)
    return true
  } catch {
    return false
  }
}
