import { writeFile } from 'node:fs/promises'
import { NselfError } from '../core/errors.ts'
import { diskFull, isDiskFull } from '../core/system-error.ts'
import { systemReason } from '../core/system-refusal.ts'
import { codeOf } from './durable-file.ts'
import { readRegular } from './regular-file.ts'

/**
 * What a file holds that is about to be written again, or null where there is none.
 * @throws NselfError `usage` where something stands there that cannot be read.
 */
export async function readWritten(path: string, shown: string): Promise<string | null> {
  try {
    return await readRegular(path)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    const hint = 'check the path and its permissions'
    throw new NselfError('usage', `cannot read ${shown}: ${systemReason(error)}`, { hint, cause: error })
  }
}

/**
 * Writes a text that the user asked for.
 * @param replace whether a file that is there already may go.
 * @throws NselfError `refused` where one is there, `usage` where none can be.
 */
export async function writeText(path: string, shown: string, text: string, replace: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: replace ? 'w' : 'wx' })
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EEXIST') {
      throw new NselfError('refused', `${shown} already exists; nothing was written`, {
        hint: 'to replace it, add --force; to write another file, add --output FILE',
      })
    }
    if (isDiskFull(code)) throw diskFull(`${shown} cannot be written`, code, error)
    const hint = code === 'ENOENT' ? 'create its folder first' : 'check the path and its permissions'
    throw new NselfError('usage', `cannot write ${shown}: ${systemReason(error)}`, { hint, cause: error })
  }
}
