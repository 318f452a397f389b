import { fstatSync, writeSync } from 'node:fs'
import { isatty } from 'node:tty'

let opened = false

/** stdout and stderr as streams. To make them takes time: not before something is to be said that cannot be written at once. */
export function streams(): { readonly stdout: NodeJS.WriteStream; readonly stderr: NodeJS.WriteStream } {
  if (!opened) {
    opened = true
    // `| head` closes stdout early: what is left to print is lost by the reader's own wish.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  }
  return process
}

/** Writes a text to stdout, at once where it takes it. */
export function print(text: string): void {
  const bytes = Buffer.from(text)
  let written = 0
  try {
    while (written < bytes.length) written += writeSync(1, bytes, written)
  } catch {
    // A pipe that is full takes the rest later; one that is closed does not want it.
    streams().stdout.write(bytes.subarray(written))
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
