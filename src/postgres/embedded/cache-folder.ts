import { homedir } from 'node:os'
import { join } from 'node:path'
import { inheritedEnvironment } from '../driver/inherited-environment.ts'

/** What is kept for all projects of a person. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME: cache } = inheritedEnvironment()
  if (cache?.startsWith('/')) return join(cache, 'nself')
  // Into root's own folder the account that runs PostgreSQL may not go.
  return process.getuid?.() === 0 ? '/var/cache/nself' : join(homedir(), '.cache', 'nself')
}
