import { gitIn } from './git.ts'

/**
 * The names of the files in a folder that are new or changed against a branch or a commit of git: since they parted, with
 * what is not committed yet.
 * @throws NselfError `usage` where git does not know it, or there is no git.
 */
export async function changedSince(folder: string, ref: string): Promise<Set<string>> {
  const git = gitIn(folder, `what is new since ${ref}`)
  const base = await git(['merge-base', '--end-of-options', ref, 'HEAD'])
  const changed = await git(['diff', '--relative', '--name-only', '-z', '--diff-filter=d', base.trim(), '--', '.'])
  const untracked = await git(['ls-files', '--others', '--exclude-standard', '-z', '--', '.'])
  return new Set([...changed.split('\0'), ...untracked.split('\0')].filter((name) => name !== ''))
}
