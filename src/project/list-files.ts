import { type Dirent, readdirSync } from 'node:fs'
import { relative } from 'node:path'
import { NselfError } from '../core/errors.ts'
import { systemCodeOf } from '../core/system-error.ts'
import { systemReason } from '../core/system-refusal.ts'

/** Also .SQL, though it names no migration: what would be passed over without a word is told. */
export function isSql(file: string): boolean {
  return /\.sql$/i.test(file) && !file.startsWith('.')
}

/** Names of the files in a folder of migrations, sorted; none where there is no folder. @throws NselfError `configuration` when it cannot be read. */
export function listFiles(folder: string, root: string): string[] {
  return listEntries(folder, root).map(({ name }) => name)
}

/** The same, with what each of them is. */
export function listEntries(folder: string, root: string): Dirent[] {
  const files = readFolder(folder, root, 'migrations').filter(({ name }) => isSql(name))
  return files.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** What is in a folder of migrations or of seeds; nothing where there is no folder. @throws NselfError `configuration` when it cannot be read. */
export function readFolder(folder: string, root: string, of: 'migrations' | 'seeds'): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'ENOENT') return []
    throw new NselfError(
      'configuration',
      `cannot read the ${of} folder ${relative(root, folder)}: ${systemReason(error)}`,
      {
        hint: code === 'ENOTDIR' ? 'there is a file in its place: move it away' : 'check its permissions',
        cause: error,
      },
    )
  }
}
