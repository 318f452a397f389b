import { NselfError } from './errors.ts'
import { diskFull, isDiskFull, messageOf, systemCodeOf } from './system-error.ts'

/** What an operating system refuses for reasons that are a person's to change, and what to do about it. */
const refusals: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  EACCES: ['permission denied', 'change its permissions, or run nself as a user who has them'],
  EPERM: ['the operating system does not permit it', 'change its permissions, or run nself as a user who has them'],
  EROFS: ['the file system is read-only', 'mount it for writing, or work in another folder'],
  EIO: ['the disk reports an error', 'check the disk and the system log'],
  EMFILE: ['too many files are open', 'raise the limit: ulimit -n 4096'],
  ENFILE: ['too many files are open on this machine', 'close some programs'],
  ENAMETOOLONG: ['the name is too long', 'use a shorter one'],
  ELOOP: ['its links form a circle', 'remove one of them'],
  ENOTDIR: ['a part of its path is a file, not a folder', 'move that file away, or use another path'],
  EISDIR: ['it is a folder', 'name a file'],
  EBUSY: ['another program uses it', 'end that program, and run the command again'],
  ETXTBSY: ['another program uses it', 'end that program, and run the command again'],
}

const others: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EEXIST: 'something with that name already exists',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
}

/** Why the operating system refused something, in words, with its own name for it in brackets. */
export function systemReason(error: unknown): string {
  const code = systemCodeOf(error)
  if (code === undefined) return messageOf(error)
  const words = refusals[code]?.[0] ?? others[code]
  if (words !== undefined) return `${words} (${code})`
  // Our own readers say it in words.
  return /^E[A-Z0-9]+$/.test(code) ? messageOf(error) : code
}

/** What was tried, by the name of the call. */
const tried: Readonly<Record<string, string>> = {
  mkdir: 'made',
  mkdtemp: 'made',
  write: 'written',
  ftruncate: 'written',
  fsync: 'written',
  read: 'read',
  scandir: 'read',
  readlink: 'read',
  unlink: 'removed',
  rmdir: 'removed',
  rm: 'removed',
  rename: 'moved',
  copyfile: 'copied',
  chmod: 'given other rights',
}

/**
 * What the operating system refused, as what it means to a person; null for what is no such refusal.
 * @returns NselfError `configuration`, or `disk-full`.
 */
export function systemRefusal(cause: unknown): NselfError | null {
  if (!(cause instanceof Error)) return null
  const code = systemCodeOf(cause)
  const path = 'path' in cause && typeof cause.path === 'string' ? cause.path : 'a file'
  if (isDiskFull(code)) return diskFull(`${path} cannot be written`, code, cause)
  const call = 'syscall' in cause && typeof cause.syscall === 'string' ? cause.syscall : undefined
  if (call === undefined || code === undefined) return null
  if (call === 'uv_cwd') {
    return new NselfError('configuration', 'the folder in which this command was started is gone', {
      hint: 'go to a folder that is there, for example: cd ~',
      cause,
    })
  }
  const refusal = Object.hasOwn(refusals, code) ? refusals[code] : undefined
  if (refusal === undefined) return null
  const [reason, hint] = refusal
  const what = call.startsWith('spawn') ? 'started' : (tried[call] ?? 'opened')
  return new NselfError('configuration', `${path} cannot be ${what}: ${reason} (${code})`, { hint, cause })
}
