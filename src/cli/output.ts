import { fstatSync, writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { exitStatusOf } from '../core/errors.ts'
import { diskFull, isDiskFull, systemCodeOf } from '../core/system-error.ts'
import { systemReason } from '../core/system-refusal.ts'

let opened = false

/** stdout and stderr as streams. To make them takes time: not before something is to be said that cannot be written at once. */
export function streams(): { readonly stdout: NodeJS.WriteStream; readonly stderr: NodeJS.WriteStream } {
  if (!opened) {
    opened = true
    // Whoever writes is told; without a listener node would end by it.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  }
  return process
}

/** `| head` closes stdout early: nobody wants the rest, and the command ends as those that SIGPIPE ends. */
function unwritten(error: unknown): void {
  const code = systemCodeOf(error)
  if (code === 'EPIPE') return leave(exitStatusOf('reader-gone'))
  process.exitCode = 2
  streams().stderr.write(`Error: stdout cannot be written: ${systemReason(error)}\n`)
}

function later(bytes: Uint8Array): void {
  streams().stdout.write(bytes, (error) => {
    if (error) unwritten(error)
  })
}

/** Writes a text to stdout, at once where it takes it. @throws NselfError `disk-full` where it goes to a file that cannot grow. */
export function print(text: string): void {
  const bytes = Buffer.from(text)
  let written = 0
  try {
    while (written < bytes.length) written += writeSync(1, bytes, written)
  } catch (error) {
    const code = systemCodeOf(error)
    // A pipe that is full takes the rest later.
    if (code === 'EAGAIN') later(bytes.subarray(written))
    else if (isDiskFull(code)) throw diskFull('stdout cannot be written', code, error)
    else unwritten(error)
  }
}

/** How wide help may be. */
export function width(): number {
  const isTerminal = fstatSync(1).isCharacterDevice()
  return (isTerminal && process.stdout.columns) || 80
}

/** Ends the process once all is written; a pipe may take it in pieces. */
export function exit(): void {
  if (!opened) leave()
  else process.stdout.write('', () => process.stderr.write('', () => leave()))
}

/** As they were at the start. */
const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor))

/**
 * Ends the process. Once its terminal is gone node would crash while it puts that back in order: there the signal that
 * says so ends it, with the status 129 that shells make of it, also when what ended the command was a question that
 * nobody can answer any more.
 */
export function leave(status = process.exitCode): void {
  const hungUp = terminals.length > 0 && (status === 129 || terminals.some((descriptor) => !isatty(descriptor)))
  if (!hungUp) process.exit(status)
  process.removeAllListeners('SIGHUP')
  process.kill(process.pid, 'SIGHUP')
}
