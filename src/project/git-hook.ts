import { chmodSync, mkdirSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { NselfError } from '../core/errors.ts'
import { shellWord } from '../core/shell-word.ts'
import { codeOf } from '../core/system-error.ts'
import { systemReason } from '../core/system-refusal.ts'
import { gitIn } from './git.ts'
import { writeWhole } from './new-file.ts'
import { readRegular } from './regular-file.ts'

const mark = '# Written by nself init --hooks.'

/**
 * A hook that tells, after a switch of branches, which migrations the two differ in. It asks git alone: no server is
 * started, nothing is changed, and it cannot make the switch fail.
 * @param folders of migrations and repeatables, from the root of the repository on.
 */
function hookText(folders: readonly string[]): string {
  return `#!/bin/sh
${mark} After a switch of branches it tells which migrations the two differ in. It changes nothing.
${folders.map((folder) => folderMark + folder).join('\n')}
[ "$3" = 1 ] && [ "$1" != "$2" ] || exit 0
changed=$(git diff --no-renames --name-status "$1" "$2" -- ${folders.map(shellWord).join(' ')} 2>/dev/null) || exit 0
[ -n "$changed" ] || exit 0
echo "The migrations of these branches differ:"
echo "$changed" | sed -n -e 's/^D[[:space:]]*/  gone here   /p' -e 's/^A[[:space:]]*/  new here    /p' -e 's/^M[[:space:]]*/  different   /p'
echo "To see what your database has of them: npx nself db migrate status"
echo "To make it match this branch:          npx nself db migrate sync"
`
}

const folderMark = '# folder: '

/** The folders of other projects in the same repository, for which the hook was written before. */
function foldersOf(text: string): string[] {
  return text.split('\n').flatMap((line) => (line.startsWith(folderMark) ? [line.slice(folderMark.length)] : []))
}

/**
 * Writes git's hook post-checkout, or renews the one that was written before.
 * @param dirs the folders of migrations and repeatables.
 * @returns its path from `root` on, or null where it is there already as it would be written.
 * @throws NselfError `usage` outside of a repository, `refused` for a hook of somebody else's, `configuration` where it cannot be written.
 */
export async function writeGitHook(root: string, dirs: readonly string[]): Promise<string | null> {
  const git = gitIn(root, 'where git keeps its hooks')
  const top = (await git(['rev-parse', '--show-toplevel'])).trim()
  const prefix = (await git(['rev-parse', '--show-prefix'])).trim()
  const path = hookPath(resolve(root, (await git(['rev-parse', '--git-path', 'hooks'])).trim()))
  const own = dirs.map((dir) => join(prefix, relative(root, dir)).replaceAll('\\', '/'))
  const shown = relative(top, path).startsWith('..') ? path : relative(root, path)
  const there = read(path)
  const text = hookText([...new Set([...foldersOf(there ?? ''), ...own])])
  if (there === text) return null
  if (there !== null && !there.includes(mark)) {
    throw new NselfError('refused', `${shown} is a hook already, and not one that nself wrote`, {
      hint: `move it away, or add to it: git diff --name-status "$1" "$2" -- ${own.map(shellWord).join(' ')}; everything else of init is done`,
    })
  }
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeWhole(path, text)
    chmodSync(path, 0o755)
  } catch (error) {
    throw new NselfError('configuration', `cannot write ${shown}: ${systemReason(error)}`, {
      hint: 'check the permissions of this folder, then run nself init --hooks again',
      cause: error,
    })
  }
  return shown
}

/** In the folder that git looks at; with husky, whose own files are there, in the one above it, which is committed. */
function hookPath(folder: string): string {
  const isHusky = basename(folder) === '_' && basename(dirname(folder)) === '.husky'
  return join(isHusky ? dirname(folder) : folder, 'post-checkout')
}

function read(path: string): string | null {
  try {
    return readRegular(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}
