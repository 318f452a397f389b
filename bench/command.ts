import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** What is started: the program, its arguments, where, and with what more in its environment. */
export interface Command {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

/** One run of a command. Seconds; peak memory in MB, of the client and of the backend of PostgreSQL that worked for it. */
export interface Sample {
  readonly status: number
  readonly wall: number
  readonly cpu: number
  readonly clientPeak: number
  readonly backendPeak: number
  /** What it said, for the one that failed. */
  readonly output: string
}

/** What a machine sets for itself. Node reads the certificates of NODE_EXTRA_CA_CERTS at each start, which can cost more than all else. */
const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env

/** bash tells the times of the command with all its children; its own are not in them. */
const timed = `TIMEFORMAT='%R %U %S'; { time "$@" 2>&3; } 3>&1`

/**
 * Runs a command to its end and measures it.
 * @param database whose backends are watched for their memory; without it no memory is measured, for looking costs time.
 */
export async function measure(command: Command, database: string | null = null): Promise<Sample> {
  const child = spawn('bash', ['-c', timed, 'bash', ...command.argv], {
    cwd: command.cwd,
    env: { ...environment, NO_COLOR: '1', ...command.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let times = ''
  child.stdout.on('data', (chunk) => {
    output = (output + chunk).slice(-4000)
  })
  child.stderr.on('data', (chunk) => {
    times += chunk
  })
  const peaks = { client: 0, backend: 0 }
  const watch = database && setInterval(() => look(child.pid as number, database, peaks), 15)
  const status = await new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)))
  if (watch) clearInterval(watch)
  const [wall = 0, user = 0, system = 0] = times.trim().split('\n').at(-1)?.split(' ').map(Number) ?? []
  return { status, wall, cpu: user + system, clientPeak: peaks.client, backendPeak: peaks.backend, output }
}

/** Of the client what the kernel remembers as its peak; of a backend what is its own, without the shared buffers. */
function look(shell: number, database: string, peaks: { client: number; backend: number }): void {
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!(pid > shell)) continue
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      const field = (key: string) => Number(new RegExp(`^${key}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? 0)
      if (field('PPid') === shell) peaks.client = Math.max(peaks.client, field('VmHWM') / 1024)
      else if (readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(` ${database} `)) {
        peaks.backend = Math.max(peaks.backend, field('RssAnon') / 1024)
      }
    } catch {
      // It has just ended.
    }
  }
}

/** Runs what only prepares something. @throws Error with what it said. */
export async function must(command: Command): Promise<void> {
  const { status, output } = await measure(command)
  if (status !== 0) throw new Error(`${command.argv.join(' ')} ended with ${status}:\n${output}`)
}
