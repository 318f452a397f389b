import { createHash } from 'node:crypto'
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { systemCodeOf } from '../core/system-error.ts'

interface Known {
  /** Names, sizes and times. */
  readonly look: string
  readonly key: string
}

const known = new Map<string, Known>()

/**
 * What changes with any file in these folders, in hexadecimal digits. Files are read again only when one of them looks
 * another than before. A folder that is not there is empty.
 */
export function keyOfFiles(folders: readonly string[]): string {
  const files = folders.flatMap((folder) => filesIn(folder))
  const look = files.map(({ path, mark }) => `${path} ${mark}`).join('\n')
  const before = known.get(folders.join('\n'))
  if (before?.look === look) return before.key
  const hash = createHash('sha256')
  for (const { path, shown } of files) {
    const text = readFileSync(path)
    hash.update(`${shown} ${text.length}\n`).update(text)
  }
  const key = hash.digest('hex').slice(0, 16)
  known.set(folders.join('\n'), { look, key })
  return key
}

function filesIn(folder: string): { path: string; shown: string; mark: string }[] {
  const files = entriesOf(folder).filter((entry) => entry.isFile() || entry.isSymbolicLink())
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort()
  return paths.map((path) => {
    const { size, mtimeNs, ino } = statSync(path, { bigint: true })
    return { path, shown: relative(folder, path), mark: `${size} ${mtimeNs} ${ino}` }
  })
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return []
    throw error
  }
}
