import { NselfError } from './errors.ts'

/** What the operating system, or the server, calls a failure: `ENOENT`, `57P01`; undefined where it has no such name. */
export function systemCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** The same as a text; of a value without such a name, what it says. */
export function codeOf(error: unknown): string {
  return systemCodeOf(error) ?? String(error)
}

/** The value as an Error: itself, or one with its text. */
export function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return errorOf(error).message
}

/** Whether that is the code of a disk, or a quota, that has no more room. */
export function isDiskFull(code: string | undefined): boolean {
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/** @param what could not be done: `NAME cannot be written`. */
export function diskFull(what: string, code: string | undefined, cause: unknown): NselfError {
  return new NselfError('disk-full', `${what}: the disk is full${code === undefined ? '' : ` (${code})`}`, {
    hint: 'make room and run the command again',
    cause,
  })
}
