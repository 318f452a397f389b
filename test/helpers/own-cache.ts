import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Clusters for replays are made once for all tests of a run, and beside those of the person who runs them. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'nself-cache-'))
  chmodSync(folder, 0o755)
  process.env.XDG_CACHE_HOME = folder
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}
