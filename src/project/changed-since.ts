import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { NselfError } from '../core/errors.ts'

const run = promisify(execFile)

/**
 * The names of the files in a folder that are new or changed against a branch or a commit of git: since they parted, with
 * what is not committed yet.
 * @throws NselfError `usage` where git does not know it, or there is no git.
 */
export async function changedSince(folder: string, ref: string): Promise<Set<string>> {
  const git = async (...args: string[]) => {
    try {
      const { stdout } = await run('git', args, { cwd: folder, maxBuffer: 1 << 26 })
      return stdout
    } catch (error) {
      throw unknownRef(ref, error)
    }
  }
  const base = await git('merge-base', '--end-of-options', ref, 'HEAD')
  const changed = await git('diff', '--relative', '--name-only', '-z', '--diff-filter=d', base.trim(), '--', '.')
  const untracked = await git('ls-files', '--others', '--exclude-standard', '-z', '--', '.')
  return new Set([...changed.split('\0'), ...untracked.split('\0')].filter((name) => name !== ''))
}

function unknownRef(ref: string, error: unknown): NselfError {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n')[0] : ''
  const why = said === '' || said === undefined ? 'git did not answer' : said
  return new NselfError('usage', `cannot tell what is new since ${ref}: ${why}`, {
    hint: 'name a branch or a commit that is here: in CI, fetch it first (git fetch origin main), with its history',
    cause: error,
  })
}
