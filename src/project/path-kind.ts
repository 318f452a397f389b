import { stat } from 'node:fs/promises'

/** What stands at a path: `folder`, `file` for anything else, null for nothing. */
export async function pathKind(path: string): Promise<'folder' | 'file' | null> {
  const facts = await stat(path).catch(() => null)
  return facts === null ? null : facts.isDirectory() ? 'folder' : 'file'
}
