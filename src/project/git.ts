import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { NselfError } from '../core/errors.ts'
import { systemCodeOf } from '../core/system-error.ts'
import { processEnvironment } from './process-environment.ts'

const run = promisify(execFile)

/** Runs git in a folder and gives what it prints. @param what could not be told where it fails: `what is new since main`. */
export type Git = (args: readonly string[], input?: string) => Promise<string>

/**
 * Git in a folder, to compare with a branch or a commit.
 * @returns what throws NselfError `usage` where git is not there, the folder is in no repository, or git does not know what is asked.
 */
export function gitIn(folder: string, what: string): Git {
  return async (args, input) => {
    try {
      // In English, for what it says where it fails is read below.
      const running = run('git', [...args], {
        cwd: folder,
        maxBuffer: 1 << 26,
        env: { ...processEnvironment, LC_ALL: 'C' },
      })
      if (input !== undefined) running.child.stdin?.end(input)
      return (await running).stdout
    } catch (error) {
      throw await whyNot(folder, what, error)
    }
  }
}

async function whyNot(folder: string, what: string, error: unknown): Promise<NselfError> {
  if (systemCodeOf(error) === 'ENOENT') {
    return new NselfError('usage', `cannot tell ${what}: git is not installed`, { hint: 'install git', cause: error })
  }
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n')[0] : ''
  if (/not a git repository/.test(said ?? '')) {
    return new NselfError('usage', `cannot tell ${what}: the migrations are in no git repository`, {
      hint: 'run it in a clone of the repository',
      cause: error,
    })
  }
  const isUnknown = /single revision|unknown revision|bad revision|not a valid object/i.test(said ?? '')
  const why = isUnknown ? 'git knows no such branch or commit here' : said || 'git did not answer'
  const hint = (await isShallow(folder))
    ? 'this clone is shallow: git fetch --unshallow origin; in GitHub Actions: actions/checkout with fetch-depth: 0'
    : 'name a branch or a commit that is here: in CI, fetch it first (git fetch origin main), with its history'
  return new NselfError('usage', `cannot tell ${what}: ${why}`, { hint, cause: error })
}

async function isShallow(folder: string): Promise<boolean> {
  const { stdout } = await run('git', ['rev-parse', '--is-shallow-repository'], { cwd: folder }).catch(() => ({
    stdout: '',
  }))
  return stdout.trim() === 'true'
}
