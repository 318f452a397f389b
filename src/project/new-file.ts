import { randomBytes } from 'node:crypto'
import { chmodSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { codeOf, errorOf, isDiskFull } from '../core/system-error.ts'

/** Writes a file that must not be there yet. On a full disk nothing of it stays. @throws what the system says. */
export function writeNew(path: string, text: string | Buffer): void {
  try {
    writeFileSync(path, text, { flag: 'wx' })
  } catch (error) {
    if (!isDiskFull(codeOf(error))) throw error
    rmSync(path, { force: true })
    // Of a write that fails the system does not say of which file.
    throw Object.assign(errorOf(error), { path })
  }
}

/**
 * Writes a file whether it is there or not: all of it, or it stays as it was. A device or a pipe is written to.
 * @throws what the system says.
 */
export function writeWhole(path: string, text: string | Buffer): void {
  const there = statSync(path, { throwIfNoEntry: false })
  if (there === undefined) return writeNew(path, text)
  if (!there.isFile()) return writeFileSync(path, text)
  const real = realpathSync(path)
  const meanwhile = join(dirname(real), `.${basename(real)}.${randomBytes(4).toString('hex')}.new`)
  try {
    writeNew(meanwhile, text)
    chmodSync(meanwhile, there.mode)
    renameSync(meanwhile, real)
  } catch (error) {
    rmSync(meanwhile, { force: true })
    throw error
  }
}
