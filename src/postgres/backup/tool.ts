import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { NselfError } from '../../core/errors.ts'
import { interruptedUnchanged } from '../../core/interruption.ts'
import { errorOf } from '../../core/system-error.ts'
import { inheritedEnvironment } from '../driver/inherited-environment.ts'
import { libpqEnvironment } from '../driver/libpq-environment.ts'
import type { Server } from '../driver/server.ts'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  /** Its last lines. */
  readonly stderr: readonly string[]
}

interface Running {
  readonly env?: NodeJS.ProcessEnv
  /** Told of each line on stderr. */
  readonly onLine?: (line: string) => void
  readonly signal?: AbortSignal
  /** Reads stdout, which is kept otherwise; the program is ended when it throws. */
  readonly read?: (stdout: Readable) => Promise<void>
  /** Writes stdin and ends it, which is empty otherwise; the program is ended when it throws. */
  readonly write?: (stdin: Writable) => Promise<void>
}

const kept = 60
/** How long one that was asked to end may take. */
const grace = 5000

/**
 * Runs pg_dump or pg_restore to its end, whatever that is.
 * @throws what spawn throws; NselfError `interrupted` or `terminated` after the signal.
 */
export async function runTool(program: string, args: readonly string[], running: Running = {}): Promise<Ended> {
  const { signal } = running
  const env = running.env ?? { ...inheritedEnvironment(), LC_ALL: 'C' }
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true })
  const letGo = endWithUs(child, signal)
  const ending = (error: unknown) => {
    child.kill()
    return errorOf(error)
  }
  const reading = running.read?.(child.stdout).catch(ending)
  const writing = running.write?.(child.stdin).catch(ending)
  if (writing === undefined) child.stdin.on('error', () => {}).end()
  const output = collectOutput(child, reading === undefined, running.onLine)
  try {
    const ended = await new Promise<Ended>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, by) => resolve({ code, signal: by, ...output() }))
    })
    // Ctrl-C reaches the child too, and perhaps first: our own handler gets its turn.
    if (ended.code !== 0) await new Promise((resolve) => setImmediate(resolve))
    if (signal?.aborted) throw interruptedUnchanged(signal)
    const failure = await reading
    if (failure) throw failure
    const unwritten = await writing
    // One that failed says more of it than that it took nothing more.
    if (unwritten && ended.code === 0) throw unwritten
    return ended
  } finally {
    letGo()
  }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** Ends the program when the signal comes, by force after `grace`, and when we exit. @returns what stops that. */
function endWithUs(child: Child, signal: AbortSignal | undefined): () => void {
  let timer: NodeJS.Timeout | undefined
  const kill = () => void child.kill('SIGKILL')
  const end = () => {
    child.kill()
    timer = setTimeout(kill, grace)
  }
  process.once('exit', kill)
  signal?.addEventListener('abort', end, { once: true })
  if (signal?.aborted) end()
  return () => {
    clearTimeout(timer)
    process.off('exit', kill)
    signal?.removeEventListener('abort', end)
  }
}

/** Keeps what the program writes: the last lines of stderr, and stdout where nobody else reads it. */
function collectOutput(child: Child, keepsStdout: boolean, onLine?: (line: string) => void) {
  let stdout = ''
  let stderr: string[] = []
  if (keepsStdout) {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
  }
  const takeLines = linesOf((line) => {
    stderr = [...stderr.slice(1 - kept), line]
    onLine?.(line)
  })
  child.stderr
    .setEncoding('utf8')
    .on('data', takeLines)
    .on('end', () => takeLines('\n'))
  return () => ({ stdout, stderr })
}

function linesOf(take: (line: string) => void): (text: string) => void {
  let rest = ''
  return (text) => {
    const lines = (rest + text).split(/\r?\n/)
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') take(line)
  }
}

/** The environment in which a tool finds the server: nothing of it, least of all the password, is in its arguments. */
export function environmentFor(server: Server, applicationName: string, toolMajor: number): NodeJS.ProcessEnv {
  return { ...libpqEnvironment(server, applicationName, toolMajor), LC_ALL: 'C' }
}

const noConnection =
  /connection to server|server closed the connection|terminating connection|SSL connection has been closed|could not (send data to|receive data from) server/

/** What went wrong, in a tool's own words. */
export function failureOf(what: 'backup' | 'restore', program: string, ended: Ended, hint: string): NselfError {
  const first = ended.stderr.findIndex((line) => /: (error|fatal): /.test(line))
  const said = ended.stderr
    .slice(first === -1 ? -3 : first)
    .map((line) => line.replace(/^pg_(dump|restore): (error: |detail: )?/, ''))
    .filter((line) => !/^(dropping|creating|processing|executing|launching|finished|from TOC entry)/.test(line))
    .slice(0, 8)
    .join('\n')
  const how = ended.signal === null ? '' : ` was ended by ${ended.signal}`
  const failed = what === 'backup' ? 'backup-failed' : 'restore-failed'
  const code = noConnection.test(said) ? 'connection' : failed
  return new NselfError(code, `${program}${how || ' failed'}: ${said || 'it gave no reason'}`, { hint })
}
