import { randomBytes } from 'node:crypto'
import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { NselfError } from '../core/errors.ts'
import { diskFull, isDiskFull, systemCodeOf } from '../core/system-error.ts'
import { systemReason } from '../core/system-refusal.ts'
import { readRegular } from './regular-file.ts'

/** The whole text of a migration as it stands in its file, with what marks it as UTF-8. @throws what the system says. */
export function textOfMigration(path: string): string {
  return readRegular(path)
}

/**
 * Gives a migration another text: all of it or nothing.
 * @param was the text that it must still have.
 * @throws NselfError `conflict` where somebody has changed it meanwhile, `usage` or `disk-full` where it cannot be written.
 */
export function rewriteMigration(path: string, shown: string, was: string, text: string): void {
  const real = realpathSync(path)
  const meanwhile = join(dirname(real), `.${basename(real)}.${randomBytes(4).toString('hex')}.new`)
  try {
    writeFileSync(meanwhile, text, { flag: 'wx', mode: statSync(real).mode })
    if (readRegular(real) !== was) {
      throw new NselfError('conflict', `${shown} was changed meanwhile; nothing was written`, { hint: 'run it again' })
    }
    renameSync(meanwhile, real)
  } catch (error) {
    rmSync(meanwhile, { force: true })
    if (error instanceof NselfError) throw error
    const code = systemCodeOf(error)
    if (isDiskFull(code)) throw diskFull(`${shown} cannot be written`, code, error)
    throw new NselfError('usage', `${shown} cannot be written: ${systemReason(error)}`, {
      hint: 'check the permissions of the file and its folder; nothing was written',
      cause: error,
    })
  }
}
