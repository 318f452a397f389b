import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAlive } from '../../src/postgres/embedded/status.ts'

const memory = '/dev/shm'
const enough = 6 * 2 ** 30
const prefix = 'nself-tests-'

/**
 * One folder for all that the tests of a run make. Clusters for replays are made once in it, and beside those of the person
 * who runs them. It is in memory where that has room: databases are made and dropped by the hundred, and to find room
 * for their files on a disk takes up to a quarter of the CPU of a test.
 */
export default function setup(): () => void {
  const place = hasRoom() ? memory : tmpdir()
  removeLeftovers(place)
  const folder = mkdtempSync(join(place, `${prefix}${process.pid}-`))
  // PostgreSQL does not run as root, and must get to its data.
  chmodSync(folder, 0o1777)
  const cache = join(folder, 'cache')
  mkdirSync(cache)
  process.env.TMPDIR = folder
  process.env.XDG_CACHE_HOME = cache
  return () => remove(folder)
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(memory)
    return Math.min(bavail * bsize, freemem()) > enough
  } catch {
    return false
  }
}

/** What killed runs have left would fill the memory. */
function removeLeftovers(place: string): void {
  for (const name of readdirSync(place)) {
    const pid = Number.parseInt(name.slice(prefix.length), 10)
    if (!name.startsWith(prefix) || isAlive(pid)) continue
    try {
      remove(join(place, name))
    } catch {
      // Another user's.
    }
  }
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}
