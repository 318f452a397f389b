import { isatty } from 'node:tty'

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
