import { randomBytes } from 'node:crypto'
import { access, constants, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { NselfError } from '../../core/errors.ts'
import { systemReason } from '../../core/system-refusal.ts'
import { makeFolder } from '../make-folder.ts'
import { writeNew } from '../new-file.ts'

/** How the names of backups end, by method. */
export const ending = { dump: '.dump', copy: '.copy' } as const

/** Makes the folder, closed to others and to git. @throws NselfError `configuration` when nothing can be written there. */
export async function openBackups(folder: string): Promise<void> {
  try {
    makeFolder(folder, 0o700)
    await access(folder, constants.W_OK)
    const ignored = join(folder, '.gitignore')
    if (!(await exists(ignored))) writeNew(ignored, '*\n')
  } catch (error) {
    throw new NselfError('configuration', `cannot write to the backups folder ${folder}: ${systemReason(error)}`, {
      hint: 'make it a folder that you can write to, or set NSELF_BACKUPS_DIR; nothing was run',
      cause: error,
    })
  }
}

/** A name for a file that is not whole yet: of this host and process, so that the next run can tell it is nobody's. */
export function temporaryIn(folder: string): string {
  return join(folder, `.nself-${process.pid}-${randomBytes(4).toString('hex')}@${hostname()}.tmp`)
}

/** Removes a file that is not whole, where it is still there. */
export async function discard(path: string): Promise<void> {
  await rm(path, { force: true })
}

/** Whether there is a file or a folder of that path that can be looked at. */
export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null
}
