import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawn as spawnTerminal } from '@lydell/node-pty'

export const checkout = fileURLToPath(new URL('../..', import.meta.url))
export const program = join(checkout, 'bin', 'nself.js')

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** nself under way. */
export interface Running {
  readonly kill: (signal: NodeJS.Signals) => void
  readonly finished: Promise<Finished>
  /** Resolves as soon as that stands on stderr. */
  readonly says: (text: string) => Promise<void>
}

/** nself at a pseudo-terminal. */
export interface Terminal {
  /** Resolves as soon as that stands on the screen, after what was waited for before. */
  readonly shows: (text: string) => Promise<void>
  readonly type: (keys: string) => void
  /** All that it was sent so far. */
  readonly received: () => string
  /** Closes the terminal, as a window or a network that goes away. */
  readonly vanish: () => void
  readonly kill: (signal: NodeJS.Signals) => void
  readonly finished: Promise<{ code: number; screen: string }>
}

export const keys = { enter: '\r', ctrlC: '\x03', ctrlD: '\x04', space: ' ', down: '\x1b[B' }

/** More variables; undefined takes one away. */
export type Env = Readonly<Record<string, string | undefined>>

/** Node reads the certificates of NODE_EXTRA_CA_CERTS at each start, which would double what a short command costs. */
const notInherited = /^(PG|POSTGRES|NSELF|GITHUB_|GITLAB_|CI$|CI_|ENV$|ENVIRONMENT$|DATABASE_URL$|NODE_EXTRA_CA_CERTS$)/

/** Of what this process inherited, what nself is started with, and more. */
export function environment(more: Env): Record<string, string> {
  const inherited = Object.entries(process.env).filter(([name]) => !notInherited.test(name))
  // A copy before each down and fresh is the concern of the tests of undo alone.
  const all = Object.entries({ ...Object.fromEntries(inherited), NSELF_UNDO: 'off', ...more })
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** Starts the built binary. `input` is piped into it; without, its stdin is empty. */
export function start(cwd: string, args: readonly string[], env: Env, input?: string): Running {
  const stdin = input === undefined ? 'ignore' : 'pipe'
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: environment(env),
    stdio: [stdin, 'pipe', 'pipe'],
  })
  child.stdin?.on('error', () => {}).end(input)
  let stdout = ''
  let stderr = ''
  const waiting = new Set<() => void>()
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    for (const look of waiting) look()
  })
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
  const says = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!stderr.includes(text)) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      void finished.then(() => reject(new Error(`ended without saying "${text}":\n${stderr}`)))
      look()
    })
  return { kill: (signal) => void child.kill(signal), finished, says }
}

/** Starts the built binary at a pseudo-terminal of its own, `COLUMNS` wide; `stdout` is a file to write there instead. */
export function startAtTerminal(
  cwd: string,
  args: readonly string[],
  env: Env,
  stdout: string | null = null,
): Terminal {
  const line = [process.execPath, program, ...args]
  const [file, words] =
    stdout === null
      ? [process.execPath, line.slice(1)]
      : ['/bin/sh', ['-c', 'out=$1; shift; exec "$@" > "$out"', 'sh', stdout, ...line]]
  const pty = spawnTerminal(file, words, {
    cwd,
    env: environment({ ...env, TERM: 'xterm', NO_COLOR: '1' }),
    cols: Number(env.COLUMNS ?? 200),
    rows: 40,
  })
  let screen = ''
  let seen = 0
  let look = () => {}
  pty.onData((data) => {
    screen += data
    look()
  })
  const finished = new Promise<{ code: number; screen: string }>((resolve) =>
    pty.onExit(({ exitCode, signal }) => resolve({ code: signal ? 128 + signal : exitCode, screen })),
  )
  const shows = (text: string) =>
    new Promise<void>((resolve, reject) => {
      look = () => {
        const at = screen.indexOf(text, seen)
        if (at === -1) return
        seen = at + text.length
        look = () => {}
        resolve()
      }
      void finished.then(() => reject(new Error(`ended without showing "${text}":\n${screen}`)))
      look()
    })
  const vanish = () => (pty as unknown as { destroy(): void }).destroy()
  const type = (typed: string) => pty.write(typed)
  return { shows, vanish, type, received: () => screen, kill: (signal) => pty.kill(signal), finished }
}
