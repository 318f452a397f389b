import { NselfError } from './errors.ts'

/** The error of a command that was interrupted while it waited for `what`. */
export function interruptedWaiting(signal: AbortSignal, what: string): NselfError {
  return new NselfError(interruption(signal), `interrupted while waiting for ${what}; nothing was changed`)
}

/** The code of an interruption, by the signal that asked for it. */
export function interruption(signal: AbortSignal): 'interrupted' | 'terminated' | 'hung-up' {
  if (signal.reason === 'SIGTERM') return 'terminated'
  return signal.reason === 'SIGHUP' ? 'hung-up' : 'interrupted'
}

/** An interruption before anything of a backup or a database was changed for good. */
export function interruptedUnchanged(signal: AbortSignal): NselfError {
  return new NselfError(interruption(signal), 'interrupted; the database and the earlier backups are unchanged')
}
