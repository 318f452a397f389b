import { statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** The nearest folder upwards that holds a folder `nself/`, or null. */
export function findRoot(cwd: string): string | null {
  let folder = resolve(cwd)
  while (!isFolder(join(folder, 'nself'))) {
    const parent = dirname(folder)
    if (parent === folder) return null
    folder = parent
  }
  return folder
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
