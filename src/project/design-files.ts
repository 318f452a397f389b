import { relative, resolve } from 'node:path'
import { NselfError } from '../core/errors.ts'
import type { DesignTexts } from '../core/schema/design.ts'
import { codeOf } from '../core/system-error.ts'
import { systemReason } from '../core/system-refusal.ts'
import { readRegular } from './regular-file.ts'

/** What messages call a file of a project. */
export function nameIn(root: string): (path: string) => string {
  return (path) => relative(root, path) || path
}

/**
 * Reads the file of a design and whatever it imports. A file that is imported and does not exist is left out: who reads
 * the texts can say where it is asked for.
 * @param path from `root` on, where it is not absolute.
 * @param neededBy the absolute paths of all files that a design needs, as far as the texts read until now tell.
 * @throws NselfError `configuration` for a file that cannot be read.
 */
export async function readDesignFiles(
  path: string,
  root: string,
  neededBy: (read: DesignTexts) => Promise<readonly string[]>,
): Promise<DesignTexts> {
  const entry = resolve(root, path)
  const texts = new Map<string, string>()
  const missing = new Set<string>()
  for (let needed: readonly string[] = [entry]; needed.length > 0; ) {
    for (const file of needed) {
      const text = readText(file, file === entry, nameIn(root)(file))
      if (text === null) missing.add(file)
      else texts.set(file, text)
    }
    needed = (await neededBy({ entry, texts })).filter((file) => !texts.has(file) && !missing.has(file))
  }
  return { entry, texts }
}

const reasons: Record<string, string> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EISDIR: 'is a folder, not a file',
  EACCES: 'cannot be read: permission denied',
}

/** Null for a file that does not exist and need not. */
function readText(path: string, mustExist: boolean, shown: string): string | null {
  try {
    return readRegular(path).replace(/^\uFEFF/, '')
  } catch (error) {
    const code = codeOf(error)
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR'
    if (isMissing && !mustExist) return null
    throw new NselfError('configuration', `${shown} ${reasons[code] ?? `cannot be read: ${systemReason(error)}`}`, {
      hint: isMissing
        ? 'to begin with the tables that the database has: nself db schema diagram --output schema.dbml; with an example: nself db schema scaffold basic'
        : 'check the path and its permissions',
      cause: error,
    })
  }
}
