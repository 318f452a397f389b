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

/** As it was at the start: one that is gone is no terminal any more. */
const atTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor))

/**
 * Ends the process. Once its terminal is gone node would crash while it puts that back in order: there the signal that
 * said so ends it, with the status 129 that shells make of it.
 */
export function leave(status = process.exitCode): void {
  if (status !== 129 || !atTerminal) process.exit(status)
  process.removeAllListeners('SIGHUP')
  process.kill(process.pid, 'SIGHUP')
}
