import { readFileSync, statSync } from 'node:fs'
import { uptime } from 'node:os'
import { basename, join } from 'node:path'
import { NselfError } from '../../core/errors.ts'
import {
  type ClusterSettings,
  dataMajor,
  type Folder,
  folderOf,
  isErrno,
  readIfExists,
  readSettings,
} from './folder.ts'

/** A server that answers, and everything needed to connect to it. */
export interface EmbeddedServer {
  readonly host: '127.0.0.1'
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: 'nself'
  /** With the password in it: never to be printed. */
  readonly url: string
  readonly major: number
  /** True when this call started it, false when it was running already. */
  readonly started: boolean
  readonly logPath: string
  readonly dataPath: string
}

/**
 * `absent`: never made. `starting`: runs but does not answer yet, or is about to end, or lost its
 * `server.json`: startEmbedded waits, and starts it again where it must.
 */
export type EmbeddedStatus =
  | { readonly state: 'absent' | 'stopped' | 'starting'; readonly logPath: string; readonly dataPath: string }
  | { readonly state: 'running'; readonly pid: number; readonly server: EmbeddedServer }

/** What `postmaster.pid` of a live server says. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly ready: boolean
}

/**
 * What the server of this `.nself` folder is doing. Cheap enough for every command: it reads two small
 * files and asks the kernel about one process.
 * @throws NselfError `server-failed` when `server.json` belongs to somebody else.
 */
export function embeddedStatus(home: string): EmbeddedStatus {
  const folder = folderOf(home)
  const paths = { logPath: folder.log, dataPath: folder.data }
  const settings = readOwnSettings(folder)
  const postmaster = readPostmaster(folder)
  if (postmaster !== null) {
    if (!postmaster.ready || settings === null) return { state: 'starting', ...paths }
    const server = serverOf(folder, { ...settings, port: postmaster.port }, false)
    return { state: 'running', pid: postmaster.pid, server }
  }
  return { state: dataMajor(folder) === null ? 'absent' : 'stopped', ...paths }
}

/** The settings as a server to connect to. */
export function serverOf(folder: Folder, settings: ClusterSettings, started: boolean): EmbeddedServer {
  const { port, password, version, user = 'postgres' } = settings
  const url = `postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/nself`
  const fixed = { host: '127.0.0.1', user, database: 'nself' } as const
  const major = Number.parseInt(version, 10)
  return { ...fixed, port, password, url, major, started, logPath: folder.log, dataPath: folder.data }
}

/** The live server of this folder, or null when none runs, whatever a stale `postmaster.pid` says. */
export function readPostmaster(folder: Folder): Postmaster | null {
  // pid, data folder, start time, port, socket folder, address, shared memory, state
  const lines = readPidFile(folder)?.split('\n') ?? []
  const pid = Number.parseInt(lines[0] ?? '', 10)
  if (!(pid > 0) || !runsHere(pid, folder, Number.parseInt(lines[2] ?? '', 10))) return null
  return { pid, port: Number.parseInt(lines[3] ?? '', 10), ready: /^(ready|standby)/.test(lines[7] ?? '') }
}

/** True when the process exists, also when it belongs to somebody else. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return isErrno(error, 'EPERM')
  }
}

/** The file in which a running server writes its process id and its port. */
export function pidFileOf(folder: Folder): string {
  return join(folder.data, 'postmaster.pid')
}

function readPidFile(folder: Folder): string | null {
  try {
    return readIfExists(pidFileOf(folder))
  } catch (error) {
    throw isErrno(error, 'EACCES', 'EPERM') ? foreign(folder.data, error) : error
  }
}

function readOwnSettings(folder: Folder): ClusterSettings | null {
  try {
    return readSettings(folder)
  } catch (error) {
    throw isErrno(error, 'EACCES', 'EPERM') ? foreign(folder.settings, error) : error
  }
}

function foreign(path: string, cause: unknown): NselfError {
  return new NselfError('server-failed', `${path} cannot be read: another user started this project's server`, {
    hint: 'run nself as the user who started it first, or set DATABASE_URL',
    cause,
  })
}

/** Whether that process is the server of this folder and not another program with its old number. */
function runsHere(pid: number, folder: Folder, startedAt: number): boolean {
  // Our own number is in there while the server is being started over a stale file.
  if (pid === process.pid || !isAlive(pid)) return false
  if (process.platform !== 'linux') return !(startedAt * 1000 < Date.now() - uptime() * 1000 - 60_000)
  try {
    const there = statSync(`/proc/${pid}/cwd`)
    const here = statSync(folder.data)
    return there.dev === here.dev && there.ino === here.ino
  } catch {
    return isNamedServer(pid, folder)
  }
}

/** For a root that may not look at its folder, as in a container: the command line names it. */
function isNamedServer(pid: number, folder: Folder): boolean {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    if (basename(args[0] ?? '') !== 'postgres') return false
    const data = args[args.indexOf('-D') + 1] ?? ''
    // A data folder that was moved under a running server is still the one it runs in.
    return data === folder.data || statSync(data, { throwIfNoEntry: false }) === undefined
  } catch {
    return false
  }
}
