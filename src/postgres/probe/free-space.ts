import { existsSync, readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Place } from '../../core/connection/link.ts'
import type { Asker } from './asker.ts'

/**
 * How many bytes are free where the server keeps its data. No SQL tells it: it is visible where the server runs on this
 * machine and its folder can be read. Null elsewhere.
 */
export async function freeSpace(asker: Asker, { host, port }: Place): Promise<number | null> {
  if (!isHere(host)) return null
  const reply = await asker.ask("SELECT current_setting('data_directory') AS folder")
  const folder = 'rows' in reply ? (reply.rows[0]?.folder ?? null) : null
  if (folder === null) return null
  try {
    const pidFile = join(folder, 'postmaster.pid')
    // A server in a container may have a folder of that name too.
    if (!existsSync(pidFile) || readFileSync(pidFile, 'utf8').split('\n')[3]?.trim() !== String(port)) return null
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return null
  }
}

const isHere = (host: string): boolean => host.startsWith('/') || /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host)
