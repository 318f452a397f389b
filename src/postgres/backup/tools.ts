import { access, readdir, realpath } from 'node:fs/promises'
import { basename, delimiter, join } from 'node:path'
import { NselfError } from '../../core/errors.ts'
import { inheritedEnvironment } from '../driver/inherited-environment.ts'
import { runTool } from './tool.ts'

/** pg_dump and pg_restore of one folder; they come together. */
export interface Tools {
  readonly folder: string
  readonly pgDump: string
  readonly pgRestore: string
  readonly major: number
  /** As pg_dump says it: `15.18 (Debian 15.18-0+deb12u1)`. */
  readonly version: string
}

/** `*` stands for any one name. */
const usualFolders = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/opt/homebrew/opt/postgresql@*/bin',
  '/opt/homebrew/opt/libpq/bin',
  '/usr/local/opt/postgresql@*/bin',
  '/usr/local/opt/libpq/bin',
  '/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin',
  '/home/linuxbrew/.linuxbrew/opt/libpq/bin',
  '/usr/local/pgsql/bin',
  '/Applications/Postgres.app/Contents/Versions/*/bin',
  'C:/Program Files/PostgreSQL/*/bin',
]

/** All that are installed, in one folder only where the user names one (`NSELF_PG_BIN_DIR`). */
export async function installedTools(only: string | null): Promise<Tools[]> {
  const onPath = (inheritedEnvironment().PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const usual = await Promise.all(usualFolders.map(expand))
  const folders = only === null ? [...new Set([...onPath, ...usual.flat()])] : [only]
  const found = await Promise.all(folders.map(toolsIn))
  return found.filter((tools) => tools !== null)
}

/**
 * Those that can dump a server: of its own major, else of the next newer one. A newer pg_restore than
 * needed writes settings that an older server does not know.
 */
export function fitting(all: readonly Tools[], serverMajor: number): Tools | null {
  return all.filter(({ major }) => major >= serverMajor).sort((a, b) => a.major - b.major)[0] ?? null
}

/** All of them, those first that suit the server best. */
export function bySuitability(all: readonly Tools[], serverMajor: number): Tools[] {
  const newer = all.filter(({ major }) => major >= serverMajor).sort((a, b) => a.major - b.major)
  return [...newer, ...all.filter(({ major }) => major < serverMajor).sort((a, b) => b.major - a.major)]
}

/** What to say where none fits. @param what as a beginning, before the major. */
export function noTools(all: readonly Tools[], serverMajor: number, what = 'a backup needs pg_dump'): NselfError {
  const newest = all.map(({ major }) => major).sort((a, b) => b - a)[0]
  const found = newest === undefined ? 'none is installed' : `the newest one found is ${newest}`
  return new NselfError('configuration', `${what} ${serverMajor} or newer; ${found}`, {
    hint: `${howToInstall(serverMajor)}; or name its folder: NSELF_PG_BIN_DIR=/path/to/bin; nothing was run`,
  })
}

/** How pg_dump of this major is installed on this system, as words of a hint. */
export function howToInstall(major: number): string {
  if (process.platform === 'darwin') return `brew install postgresql@${major}`
  if (process.platform === 'win32') return `install PostgreSQL ${major} from postgresql.org/download/windows`
  return `install it: apt-get install postgresql-client-${major}, or dnf install postgresql${major} (packages: postgresql.org/download)`
}

async function toolsIn(folder: string): Promise<Tools | null> {
  const ending = process.platform === 'win32' ? '.exe' : ''
  const pgDump = join(folder, `pg_dump${ending}`)
  const pgRestore = join(folder, `pg_restore${ending}`)
  try {
    await access(pgRestore)
    // Debian's wrapper stands for one of those in the usual folders, and chooses by rules of its own.
    if (basename(await realpath(pgDump)) === 'pg_wrapper') return null
    const { stdout } = await runTool(pgDump, ['--version'])
    const version = /\(PostgreSQL\) (\d+.*)/.exec(stdout)?.[1]
    return version === undefined ? null : { folder, pgDump, pgRestore, major: Number.parseInt(version, 10), version }
  } catch {
    return null
  }
}

async function expand(pattern: string): Promise<string[]> {
  const [before = '', after] = pattern.split(/[^/]*\*[^/]*/)
  if (after === undefined) return [pattern]
  const like = new RegExp(`^${/([^/]*)\*/.exec(pattern)?.[1]}[\\d.]+$`)
  const names = await readdir(before).catch(() => [])
  return names.filter((name) => like.test(name)).map((name) => join(before, name, after))
}
