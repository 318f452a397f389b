import { rmSync, writeFileSync } from 'node:fs'
import { codeOf, isDiskFull } from '../core/system-error.ts'

/** Writes a file that must not be there yet. On a full disk nothing of it stays. @throws what the system says. */
export function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' })
  } catch (error) {
    if (isDiskFull(codeOf(error))) rmSync(path, { force: true })
    throw error
  }
}
