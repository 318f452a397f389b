import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { NselfError } from '../core/errors.ts'
import { codeOf } from '../core/system-error.ts'
import { systemReason } from '../core/system-refusal.ts'

/**
 * Makes a folder and those above it that are missing. One by one: Node's own recursion never comes back where a folder
 * is there but takes no other, as under /proc.
 * @throws what the system says.
 */
export function makeFolder(path: string, mode = 0o777): void {
  const missing: string[] = []
  for (let at = resolve(path); statSync(at, { throwIfNoEntry: false }) === undefined; at = dirname(at)) missing.push(at)
  for (const folder of missing.toReversed()) {
    try {
      mkdirSync(folder, { mode })
    } catch (error) {
      // Another command has made it meanwhile.
      if (codeOf(error) !== 'EEXIST' || !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error
    }
  }
}

/** Makes a folder of the project. @throws NselfError `configuration` when it cannot be made. */
export function makeProjectFolder(path: string): void {
  try {
    makeFolder(path)
  } catch (error) {
    throw new NselfError('configuration', `cannot create the folder ${path}: ${systemReason(error)}`, {
      hint: 'make it a folder that you can write to; nothing was written',
      cause: error,
    })
  }
}
