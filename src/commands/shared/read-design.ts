import type { Design } from '../../core/schema/design.ts'
import { filesOfDesign, parseDesign } from '../../parsers/dbml/parse-design.ts'
import { nameIn, readDesignFiles } from '../../project/design-files.ts'

/**
 * The design in a DBML file and those that it imports.
 * @param path from `root` on, where it is not absolute.
 * @throws NselfError `configuration` for a file that cannot be read, `invalid-design` with file, line and column.
 */
export async function readDesign(path: string, root: string): Promise<Design> {
  return parseDesign(await readDesignFiles(path, root, filesOfDesign), nameIn(root))
}
