import { realpathSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { shellWord } from '../core/shell-word.ts'
import { readRegular } from './regular-file.ts'

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
    return readRegular(path).trim()
  } catch {
    return null
  }
}

export interface BranchWithFile {
  readonly name: string
  /** The command that brings the file back, as it is typed. */
  readonly bring: string
}

/**
 * The branch of git that has a file which is not in this checkout, a local one first; null where none has it, where
 * git is not there, or outside of git.
 * @param folder in which the file would be.
 */
export async function branchWithFile(folder: string, name: string): Promise<BranchWithFile | null> {
  const { execFile } = await import('node:child_process')
  const git = (...args: string[]) =>
    new Promise<string>((done) => {
      execFile('git', args, { cwd: folder, timeout: patience, windowsHide: true }, (error, stdout) =>
        done(error ? '' : stdout.trim()),
      )
    })
  const top = await git('rev-parse', '--show-toplevel')
  if (top === '') return null
  const path = relative(realpathSync(top), join(realpathSync(folder), name))
  const hasFile = async (ref: string) => (await git('ls-tree', '--name-only', '--full-tree', ref, '--', path)) !== ''
  const here = branchOf(folder)
  // Removed here, and not committed.
  if (here !== null && (await hasFile('HEAD'))) {
    return { name: here, bring: `git restore --source=HEAD ${shellWord(`:/${path.replaceAll('\\', '/')}`)}` }
  }
  const added = await git('log', '--all', '-1', '--diff-filter=A', '--format=%H', '--', `:(top)${path}`)
  if (added === '') return null
  const refs = await git('for-each-ref', '--contains', added, `--format=${refFormat}`, 'refs/heads', 'refs/remotes')
  const branches = refs.split('\n').flatMap((line) => branchOfRef(line) ?? [])
  for (const { ref, ...branch } of branches.slice(0, mostBranches)) if (await hasFile(ref)) return branch
  return null
}

/** The reference whole, and what it stands for: `origin/HEAD` is another name of a branch that is listed too. */
const refFormat = '%(refname)%09%(symref)'

function branchOfRef(line: string): (BranchWithFile & { readonly ref: string }) | null {
  const [ref = '', symbolic = ''] = line.split('\t')
  const [, name] = /^refs\/(?:heads|remotes)\/(.+)$/.exec(ref) ?? []
  if (name === undefined || symbolic !== '') return null
  const typed = ref.startsWith('refs/heads/') ? name : name.replace(/^[^/]+\//, '')
  return { ref, name, bring: `git switch ${shellWord(typed)}` }
}

/** In ms: a look at the history of a large repository is no reason to wait. */
const patience = 5000
const mostBranches = 5
