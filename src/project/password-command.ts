import type { PasswordSource } from '../core/connection/link.ts'
import { NselfError } from '../core/errors.ts'
import { interruption } from '../core/interruption.ts'
import { messageOf } from '../core/system-error.ts'

/** In ms. A token of a cloud takes a second or two; a login that waits for a person takes longer than a deploy may. */
const patience = 30_000
const longest = 64 * 1024

/** A password that a command prints, such as the token of a cloud database. The command runs once, when a server is to be entered. */
export class PasswordCommand implements PasswordSource {
  private readonly command: string
  readonly source: string
  private readonly onSecret: (secret: string) => void
  private readonly signal: AbortSignal | null
  private readonly patienceMs: number
  private asked: Promise<string> | null = null
  known: string | null = null

  /**
   * @param source where the command was set: `NSELF_PASSWORD_COMMAND in .env.prod`.
   * @param onSecret is told what must be shown nowhere.
   * @param signal ends it; null where nothing interrupts.
   * @param patienceMs how long it may take.
   */
  constructor(
    command: string,
    source: string,
    onSecret: (secret: string) => void,
    signal: AbortSignal | null = null,
    patienceMs = patience,
  ) {
    this.command = command
    this.source = source
    this.onSecret = onSecret
    this.signal = signal
    this.patienceMs = patienceMs
  }

  /** @throws NselfError `configuration`, never with what the command has printed. */
  read(): Promise<string> {
    this.asked ??= this.run()
    return this.asked
  }

  forget(): void {
    this.asked = null
    this.known = null
  }

  private async run(): Promise<string> {
    const { code, output, stopped } = await outputOf(this.command, this.signal, this.patienceMs).catch((error) => {
      throw this.wrong(`cannot be run: ${messageOf(error)}`)
    })
    if (this.signal?.aborted) {
      throw new NselfError(interruption(this.signal), `interrupted while the command of ${this.source} was running`)
    }
    if (stopped === 'slow') throw this.wrong(`did not end within ${this.patienceMs / 1000} s`)
    if (stopped === 'long') throw this.wrong(`printed more than ${longest / 1024} kB in place of a password`)
    if (code !== 0) throw this.wrong(code === null ? 'was ended by a signal' : `ended with exit status ${code}`)
    const password = this.passwordIn(output)
    this.onSecret(password)
    this.known = password
    return password
  }

  private passwordIn(output: string): string {
    const lines = output.replace(/\r?\n$/, '').split(/\r?\n/)
    const [password = ''] = lines
    if (lines.length > 1) throw this.wrong(`printed ${lines.length} lines in place of a password`)
    if (password === '') throw this.wrong('printed no password')
    // The second stands where bytes were no UTF-8.
    if (/[\0\uFFFD]/.test(password)) throw this.wrong('printed bytes that are not text in place of a password')
    return password
  }

  private wrong(what: string): NselfError {
    return new NselfError('configuration', `the command of ${this.source} ${what}`, {
      hint: 'run it by hand to see what it says; it must print the password, and nothing else, on one line of stdout. Nothing was run',
    })
  }
}

interface Output {
  readonly code: number | null
  readonly output: string
  /** Why it was not left to end. */
  readonly stopped: 'slow' | 'long' | 'interrupted' | null
}

async function outputOf(command: string, signal: AbortSignal | null, patienceMs: number): Promise<Output> {
  const { spawn } = await import('node:child_process')
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true })
  return new Promise((resolve, reject) => {
    let output = ''
    let stopped: Output['stopped'] = null
    const stop = (why: Output['stopped']) => {
      stopped ??= why
      child.kill('SIGKILL')
      // What the command has started may keep it open.
      child.stdout.destroy()
    }
    const interrupt = () => stop('interrupted')
    const timer = setTimeout(() => stop('slow'), patienceMs)
    signal?.addEventListener('abort', interrupt)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.length > longest) stop('long')
    })
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', interrupt)
      resolve({ code, output, stopped })
    })
  })
}
