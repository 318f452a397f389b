import { accessSync, chmodSync, constants, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { NselfError } from '../../core/errors.ts'
import type { Binaries } from './binaries.ts'
import { isErrno, isThere, readIfExists, unlessThere } from './folder.ts'

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
        hint: 'install it in another folder, or set DATABASE_URL',
      },
    )
  }
  try {
    for (const [link, target] of missingLinks(binaries.folder)) unlessThere(() => symlinkSync(target, link))
    for (const program of [binaries.initdb, binaries.postgres, binaries.pgCtl]) makeExecutable(program)
  } catch (error) {
    if (!isErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOENT')) throw error
    throw new NselfError('configuration', `PostgreSQL in ${binaries.folder} is incomplete: ${error.message}`, {
      hint: 'run npm rebuild as a user who may write there, reinstall it, or set DATABASE_URL',
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
