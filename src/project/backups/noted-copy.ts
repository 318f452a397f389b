import { writeFile } from 'node:fs/promises'
import { readIfThere } from '../regular-file.ts'

/** Says in a file of that name whose copy a database is, until it has a manifest. */
export async function noteCopy(path: string, copy: string): Promise<void> {
  await writeFile(path, JSON.stringify({ copy }), { mode: 0o600 })
}

/** The copy that such a file names; null for any other file. */
export function notedCopy(path: string): string | null {
  const text = readIfThere(path) ?? ''
  const found = /^\{"copy":(".*")\}$/.exec(text.length < 1000 ? text : '')?.[1]
  return found === undefined ? null : String(JSON.parse(found))
}
