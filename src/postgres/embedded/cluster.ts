import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  chownSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { NselfError } from '../../core/errors.ts'
import { type Account, accountFor, type Launcher, launcherFor } from './account.ts'
import type { Binaries } from './binaries.ts'
import { type ClusterSettings, type Folder, isErrno, makePassage, writeSettings } from './folder.ts'
import { freePort } from './port.ts'
import { lastLines, runProgram } from './program.ts'
import { isAlive } from './status.ts'

const configuration = `
# The embedded server of nself: for this machine only. The port stands in server.json.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 100
`

/** What a cluster is for. */
export interface ClusterKind {
  readonly superuser: string
  /** Nothing in it has to outlive a crash. */
  readonly isThrowaway: boolean
}

/**
 * Makes the data folder, the password and the database `nself`: all in a folder beside it, which takes its
 * place in one step, so that an end in the middle leaves nothing half-made.
 * @throws NselfError `server-failed` when initdb fails or a folder of that name holds something else.
 */
export async function makeCluster(folder: Folder, binaries: Binaries, kind: ClusterKind): Promise<void> {
  removeEmpty(folder.root)
  const staging = `${folder.root}.new-${process.pid}-${randomBytes(4).toString('hex')}`
  try {
    makePassage(staging)
    const data = join(staging, 'data')
    const account = accountFor(data)
    mkdirSync(data, { mode: 0o700 })
    own(data, account)
    const launcher = launcherFor(account, data, binaries)
    const password = newPassword()
    await initialise(data, { secret: join(staging, 'password'), password }, kind, binaries, launcher)
    appendFileSync(
      join(data, 'postgresql.conf'),
      `${configuration}${kind.isThrowaway ? 'fsync = off\nfull_page_writes = off\n' : ''}`,
    )
    await runSingle(data, binaries, launcher, 'CREATE DATABASE nself')
    const settings = { port: await freePort(), password, version: binaries.version, user: kind.superuser }
    writeSettings(join(staging, 'server.json'), settings)
    renameSync(staging, folder.root)
  } finally {
    rmSync(staging, { recursive: true, force: true, maxRetries: 5 })
  }
}

/**
 * Gives the data folder of a stopped server a new password, when `server.json` was lost.
 * @throws NselfError `server-failed` when the server refuses.
 */
export async function makeSettings(
  folder: Folder,
  binaries: Binaries,
  launcher: Launcher,
  { superuser: user }: ClusterKind,
): Promise<ClusterSettings> {
  const settings = { port: await freePort(), password: newPassword(), version: binaries.version, user }
  await runSingle(folder.data, binaries, launcher, `ALTER ROLE ${user} PASSWORD '${settings.password}'`)
  writeSettings(folder.settings, settings)
  return settings
}

/** Removes what ended starts left beside the data folder. A name carries the number of its process. */
export function removeLeftovers(folder: Folder): void {
  const left = `${basename(folder.root)}.new-`
  for (const name of readdirSync(folder.home)) {
    if (!name.startsWith(left) || isAlive(Number.parseInt(name.slice(left.length), 10))) continue
    try {
      rmSync(join(folder.home, name), { recursive: true, force: true })
    } catch {
      // An orphaned initdb may still write there; the next start removes it.
    }
  }
}

interface Secret {
  /** A file for the password, which is gone afterwards. */
  readonly secret: string
  readonly password: string
}

async function initialise(
  data: string,
  { secret, password }: Secret,
  { superuser, isThrowaway }: ClusterKind,
  binaries: Binaries,
  launcher: Launcher,
): Promise<void> {
  writeFileSync(secret, `${password}\n`, { mode: 0o600, flag: 'wx' })
  own(secret, launcher.account)
  // The collations and upper-case rules of every machine alike, with or without locales installed.
  const provider = binaries.major < 17 ? [] : ['--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const fixed = [`--username=${superuser}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', ...provider]
  const flushing = isThrowaway ? ['--no-sync'] : flushingAtOnce(binaries)
  await runProgram(launcher, binaries.initdb, [`--pgdata=${data}`, `--pwfile=${secret}`, ...fixed, ...flushing])
  rmSync(secret)
}

/** A thousand small files are flushed in one go where that can be, which takes a tenth of the time of one after the other. */
function flushingAtOnce({ major }: Binaries): string[] {
  return process.platform === 'linux' && major >= 17 ? ['--sync-method=syncfs'] : []
}

/** One statement on a stopped server, handed over through stdin: no other process sees it. */
async function runSingle(data: string, binaries: Binaries, launcher: Launcher, sql: string): Promise<void> {
  const said = await runProgram(launcher, binaries.postgres, ['--single', '-D', data, 'postgres'], `${sql}\n`)
  const fault = /(ERROR|FATAL|PANIC):.*/.exec(said)?.[0]
  if (fault === undefined) return
  throw new NselfError('server-failed', `PostgreSQL could not be set up: ${fault}\n${lastLines(said)}`)
}

function newPassword(): string {
  return randomBytes(24).toString('base64url')
}

function own(path: string, account: Account | null): void {
  if (account === null) return
  try {
    chownSync(path, account.uid, account.gid)
  } catch (error) {
    throw new NselfError(
      'server-failed',
      `PostgreSQL refuses to run as root, and ${path} cannot be given to the user ${account.name}`,
      { hint: 'run nself as an ordinary user, move the project to another disk, or set DATABASE_URL', cause: error },
    )
  }
}

function removeEmpty(root: string): void {
  try {
    rmdirSync(root)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return
    throw new NselfError('server-failed', `${root} exists, but holds no PostgreSQL data folder`, {
      hint: `move ${root} away, or put its folder "data" back; without it, the next start creates a new one`,
      cause: error,
    })
  }
}
