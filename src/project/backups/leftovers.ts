import { readdir, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { codeOf } from '../../core/system-error.ts'
import { exists } from './folder.ts'

const minute = 60_000
/** After this long, a temporary file of another host, whose processes cannot be asked, is nobody's. */
const day = 86_400_000

/** The paths of files that runs left unfinished, and that no run will finish. */
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

async function isOlder(path: string, ms: number): Promise<boolean> {
  const facts = await stat(path).catch(() => null)
  return facts !== null && Date.now() - facts.mtimeMs > ms
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}
