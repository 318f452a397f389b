import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { replaySuperuser } from '../../core/replay/superuser.ts'
import { connect, disconnect } from '../driver/connect.ts'
import type { Server } from '../driver/server.ts'
import type { Binaries } from './binaries.ts'
import { cacheFolder } from './cache-folder.ts'
import { startEmbedded, stopEmbedded } from './embedded.ts'
import { folderOf } from './folder.ts'
import { withLock } from './lock.ts'
import { watchOver } from './watch-over.ts'

const kind = { superuser: replaySuperuser, isThrowaway: true }
const guardName = 'nself replay'

/**
 * Lends a cluster that serves replays alone: made on the first call, started when it does not run, stopped again when
 * nobody else uses it.
 * @throws NselfError as startEmbedded; what `use` throws.
 */
export async function withOwnCluster<T>(
  binaries: Binaries,
  tell: (sentence: string) => void,
  use: (server: Server) => Promise<T>,
): Promise<T> {
  // One for all projects of a person: a cluster takes two seconds and 40 MB to make.
  const home = join(cacheFolder(), `replay-${binaries.major}`)
  mkdirSync(home, { recursive: true })
  // Whoever starts it is seen by whoever would stop it.
  const lock = join(home, 'use.lock')
  const unwatch = watchOver(folderOf(home).data, join(home, 'users'))
  const { server, guard } = await withLock(lock, tell, async () => {
    const server = await startEmbedded({ home, binaries, kind, onProgress: tell })
    return { server, guard: await connect({ ...server, database: 'postgres' }, guardName) }
  }).catch((error) => {
    unwatch()
    throw error
  })
  const leave = async () => {
    const { rowCount } = await guard.client.query(
      `SELECT FROM pg_stat_activity WHERE application_name = '${guardName}' AND pid <> pg_backend_pid()`,
    )
    await disconnect(guard)
    if (rowCount === 0) await stopEmbedded(home, { binaries })
  }
  try {
    return await use(server)
  } finally {
    await withLock(lock, () => {}, leave).catch(({ message }) =>
      tell(`Note: the server for replays was not stopped: ${message}`),
    )
    unwatch()
  }
}
