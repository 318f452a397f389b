import { dirname, join, resolve } from 'node:path'
import { readRegularSync } from './regular-file.ts'

/** The branch of git that is checked out where a folder is, the short commit where none is, or null outside of git. */
export function branchOf(folder: string): string | null {
  const head = readHead(resolve(folder))
  if (head === null) return null
  const [, branch] = /^ref: (?:refs\/(?:heads\/)?)?(\S+)$/.exec(head) ?? []
  // With other ways of storing references git writes this here.
  if (branch !== undefined) return branch === '.invalid' ? null : branch
  return /^[0-9a-f]{40,64}$/.test(head) ? head.slice(0, 7) : null
}

function readHead(folder: string): string | null {
  const head = textAt(join(folder, '.git', 'HEAD'))
  if (head !== null) return head
  // A worktree or a submodule has a file there, which names its folder.
  const [, elsewhere] = /^gitdir: (.+)$/.exec(textAt(join(folder, '.git')) ?? '') ?? []
  if (elsewhere !== undefined) return textAt(join(resolve(folder, elsewhere), 'HEAD'))
  const parent = dirname(folder)
  return parent === folder ? null : readHead(parent)
}

function textAt(path: string): string | null {
  try {
    return readRegularSync(path).trim()
  } catch {
    return null
  }
}
