import { existsSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { NselfError } from '../core/errors.ts'

/** The nearest folder upwards that holds a folder `nself/`, or null. */
export function findRoot(cwd: string): string | null {
  return nearest(cwd, (folder) => isFolder(join(folder, 'nself')))
}

/** The nearest folder upwards that is the top of a repository of git, or null: a worktree or a submodule has a file `.git`. */
export function findRepository(cwd: string): string | null {
  return nearest(cwd, (folder) => existsSync(join(folder, '.git')))
}

/** The nearest folder upwards whose env files set one of these variables, or null. */
export function folderWithSettings(cwd: string, names: readonly string[]): string | null {
  const setting = new RegExp(`^\\s*(?:export\\s+)?(?:${names.join('|')})\\s*=`, 'm')
  return nearest(cwd, (folder) => envFiles.some((file) => setting.test(textOf(join(folder, file)))))
}

const envFiles = ['.env', '.env.dev', '.env.local', '.env.staging', '.env.prod']

function nearest(cwd: string, isIt: (folder: string) => boolean): string | null {
  let folder = resolve(cwd)
  while (!isIt(folder)) {
    const parent = dirname(folder)
    if (parent === folder) return null
    folder = parent
  }
  return folder
}

/** What a person is told who stands outside of every project. */
export function noProject(cwd: string): NselfError {
  return new NselfError('no-project', `There is no nself project in ${shownPath(cwd)} or above it.`, {
    hint: [
      'nself init             makes nself/migrations and nself/seeds here',
      "nself db adopt         the same for a database, or another tool's migrations, that are there already",
    ].join('\n'),
  })
}

/** A path as a shell shows it. */
function shownPath(path: string): string {
  const below = relative(homedir(), resolve(path))
  if (below === '') return '~'
  return below.startsWith('..') || resolve(homedir()) === '/' ? resolve(path) : join('~', below)
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
