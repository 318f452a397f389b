import { join } from 'node:path'
import type { Design } from '../../core/schema/design.ts'
import { filesOfDesign, parseDesign } from '../../parsers/dbml/parse-design.ts'
import { cacheFolder } from '../../postgres/embedded/cache-folder.ts'
import { nameIn, readDesignFiles } from '../../project/design-files.ts'
import { designKey, keepDesign, readKeptDesign } from '../../project/kept-designs.ts'

/**
 * The design in a DBML file and those that it imports. A large one is kept, for reading it takes longer than all else
 * that an import without a change does.
 * @param path from `root` on, where it is not absolute.
 * @throws NselfError `configuration` for a file that cannot be read, `invalid-design` with file, line and column.
 */
export async function readDesign(path: string, root: string): Promise<Design> {
  const texts = await readDesignFiles(path, root, filesOfDesign)
  const key = designKey(texts, nameIn(root))
  const folder = join(cacheFolder(), 'designs')
  const kept = key === null ? null : readKeptDesign(folder, key)
  if (kept !== null) return kept
  const design = await parseDesign(texts, nameIn(root))
  if (key !== null) keepDesign(folder, key, design)
  return design
}
