import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Binaries, findBinaries } from '../../src/postgres/embedded/binaries.ts'
import { startEmbedded, stopEmbedded } from '../../src/postgres/embedded/embedded.ts'
import { type Folder, folderOf, readSettings, writeSettings } from '../../src/postgres/embedded/folder.ts'
import { withLock } from '../../src/postgres/embedded/lock.ts'
import { freePort } from '../../src/postgres/embedded/port.ts'
import { checkout } from './cli.ts'

/** A server that the tests of a file share, until they stop it. */
export interface TestServer {
  readonly url: string
  stop(): Promise<void>
}

/** The server that npm brings, or another major of it, in that folder. */
export async function startOwnServer(folder: string, find?: () => Binaries): Promise<TestServer> {
  const binaries = find?.() ?? findBinaries(checkout, null)
  const home = join(folder, '.nself')
  await copyCluster(await templateOf(binaries), folderOf(home))
  const { url } = await startEmbedded({ home, binaries })
  return { url, stop: async () => void (await stopEmbedded(home, { binaries })) }
}

/**
 * A stopped cluster of that version, made once for all tests of a run: to make one takes a second and a half, to copy it
 * a few milliseconds.
 */
async function templateOf(binaries: Binaries): Promise<Folder> {
  const home = join(process.env.XDG_CACHE_HOME ?? '', `cluster-${binaries.version}`)
  const folder = folderOf(home)
  mkdirSync(home, { recursive: true })
  await withLock(
    join(home, 'template.lock'),
    () => {},
    async () => {
      if (existsSync(folder.settings)) return
      const beside = folderOf(join(home, 'new'))
      await startEmbedded({ home: beside.home, binaries })
      await stopEmbedded(beside.home, { binaries })
      // Only a machine that goes down would notice, and databases are made and dropped by the hundred.
      appendFileSync(
        join(beside.data, 'postgresql.conf'),
        'fsync = off\nfull_page_writes = off\nmax_wal_size = 256MB\n',
      )
      // What a password costs, at each of thousands of connections, is not what these tests are about.
      trust(join(beside.data, 'pg_hba.conf'))
      renameSync(beside.root, folder.root)
    },
  )
  return folder
}

/** The one who is asked for a password, and has none that is right. */
export const stranger = 'stranger'

function trust(path: string): void {
  const trusting = readFileSync(path, 'utf8').replaceAll(/\bscram-sha-256$/gm, 'trust')
  writeFileSync(path, `host all ${stranger} all scram-sha-256\n${trusting}`)
}

async function copyCluster(from: Folder, to: Folder): Promise<void> {
  mkdirSync(to.home, { recursive: true })
  // Its owner is another user where these tests are run by root.
  execFileSync('cp', ['-a', from.root, to.root])
  const settings = readSettings(to)
  if (settings === null) throw new Error('a cluster without settings')
  rmSync(to.settings)
  writeSettings(to.settings, { ...settings, port: await freePort() })
}
