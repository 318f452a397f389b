import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { NselfError } from '../core/errors.ts'
import { codeOf, diskFull, isDiskFull } from '../core/system-error.ts'
import { systemReason } from '../core/system-refusal.ts'
import { writeNew, writeWhole } from './new-file.ts'
import { readRegular } from './regular-file.ts'

/**
 * What a file holds that is about to be written again, or null where there is none.
 * @throws NselfError `usage` where something stands there that cannot be read.
 */
export function readWritten(path: string, shown: string): string | null {
  try {
    return readRegular(path)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    const hint = 'check the path and its permissions'
    throw new NselfError('usage', `cannot read ${shown}: ${systemReason(error)}`, { hint, cause: error })
  }
}

/** Before long work whose result is to be written there. @throws NselfError `usage` where none can be. */
export async function refuseUnwritable(path: string, shown: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK)
    const there = await stat(path).catch(() => null)
    if (there?.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' })
    if (there !== null) await access(path, constants.W_OK)
  } catch (error) {
    throw unwritable(shown, error)
  }
}

/**
 * Writes a text that the user asked for.
 * @param replace whether a file that is there already may go.
 * @throws NselfError `refused` where one is there, `usage` where none can be.
 */
export async function writeText(path: string, shown: string, text: string, replace: boolean): Promise<void> {
  try {
    if (replace) writeWhole(path, text)
    else writeNew(path, text)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EEXIST') {
      throw new NselfError('refused', `${shown} already exists; nothing was written`, {
        hint: 'to replace it, add --force; to write another file, add --output FILE',
      })
    }
    if (isDiskFull(code)) throw diskFull(`${shown} cannot be written`, code, error)
    throw unwritable(shown, error)
  }
}

function unwritable(shown: string, error: unknown): NselfError {
  const hint = codeOf(error) === 'ENOENT' ? 'create its folder first' : 'check the path and its permissions'
  return new NselfError('usage', `cannot write ${shown}: ${systemReason(error)}`, { hint, cause: error })
}
