import { NselfError } from '../../core/errors.ts'
import { codeOf, isDiskFull } from '../../core/system-error.ts'
import { systemReason } from '../../core/system-refusal.ts'

/** What the file system said when a backup could not be written; any other error is returned as it is. */
export function writeFailure(error: unknown, folder: string): unknown {
  if (error instanceof NselfError || !isSystemError(error)) return error
  if (isDiskFull(codeOf(error))) {
    return new NselfError('disk-full', `cannot write the backup to ${folder}: the disk is full (${codeOf(error)})`, {
      hint: 'make room (nself db backup prune N), or set NSELF_BACKUPS_DIR to another one; no backup was kept',
      cause: error,
    })
  }
  return new NselfError('backup-failed', `cannot write the backup to ${folder}: ${systemReason(error)}`, {
    hint: 'check that the disk has room and that you may write there, or set NSELF_BACKUPS_DIR; no backup was kept',
    cause: error,
  })
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
