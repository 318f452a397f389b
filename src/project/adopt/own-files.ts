import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { OwnFile } from '../../core/adopt/planned-file.ts'
import { sourceOf } from '../../core/adopt/target-text.ts'
import { listFiles } from '../list-files.ts'
import { readText } from '../read-text.ts'

/** Whether a file or folder is there. */
export const isThere = (path: string) => existsSync(path)

/** The files that are in our folder, with what an earlier run has made them of. */
export function ownFiles(folder: string, root: string): OwnFile[] {
  if (!isThere(folder)) return []
  return listFiles(folder, root).map((file) => {
    const text = readText(join(folder, file), file) ?? ''
    return { name: file.replace(/\.sql$/i, ''), from: sourceOf(text) }
  })
}
