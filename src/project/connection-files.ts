import { existsSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { PasswordLine } from '../core/connection/link.ts'
import { parsePassfile } from '../core/connection/passfile.ts'
import { serviceIn } from '../core/connection/service-file.ts'
import { NselfError } from '../core/errors.ts'
import { systemReason } from '../core/system-refusal.ts'
import { readRegular } from './regular-file.ts'

/** A file of passwords, and what a person should know of it. */
export interface Passfile {
  readonly path: string
  readonly lines: readonly PasswordLine[]
  readonly warning: string | null
}

/** Those of a .pgpass file, or of the usual one; none of one that others may read, which libpq passes over too. */
export function readPassfile(given: string | undefined): Passfile {
  const windows = process.platform === 'win32'
  const usual = windows
    ? join(homedir(), 'AppData', 'Roaming', 'postgresql', 'pgpass.conf')
    : join(homedir(), '.pgpass')
  const path = given ?? usual
  const without = (warning: string | null): Passfile => ({ path, lines: [], warning })
  try {
    if (!existsSync(path)) return without(given === undefined ? null : `${path} (PGPASSFILE) does not exist`)
    const { mode } = statSync(path)
    if (!windows && (mode & 0o077) !== 0)
      return without(
        `${path} is ignored, because others can read it (mode ${(mode & 0o777).toString(8)}): chmod 600 ${path}`,
      )
    return { path, lines: parsePassfile(readRegular(path)), warning: null }
  } catch (error) {
    return without(`${path} is ignored: ${systemReason(error)}`)
  }
}

/**
 * The parameters of a service, from the file of the user or of the system.
 * @throws NselfError `configuration` when no file has it.
 */
export function readService(
  name: string,
  source: string,
  files: { readonly own?: string | undefined; readonly folder?: string | undefined },
): ReadonlyMap<string, string> {
  const own = files.own ?? join(homedir(), '.pg_service.conf')
  const system = files.folder === undefined ? [] : [join(files.folder, 'pg_service.conf')]
  const failure = (what: string, hint: string) => new NselfError('configuration', `${source}: ${what}`, { hint })
  for (const path of [own, ...system]) {
    if (!existsSync(path)) continue
    let found: ReadonlyMap<string, string> | null
    try {
      found = serviceIn(readRegular(path), name)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw failure(
        `the service file ${path} cannot be read: ${reason}`,
        'fix that file, or set PGSERVICEFILE to another one',
      )
    }
    if (found !== null) return found
  }
  throw failure(
    `there is no service "${name}" in ${[own, ...system].join(' or ')}`,
    `add [${name}] to ${own}, or name another file: PGSERVICEFILE`,
  )
}

/** A file in the folder in which libpq looks for certificates, where it is there. */
export function usualCertificate(file: string): string | undefined {
  const path = join(homedir(), '.postgresql', file)
  return existsSync(path) ? path : undefined
}
