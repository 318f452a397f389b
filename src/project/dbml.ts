import { readFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import type { Database } from '@dbml/parse'
import { NselfError } from '../core/errors.ts'
import { locate } from '../core/location.ts'
import { designOf, type Source } from '../core/schema/dbml-design.ts'
import type { Design } from '../core/schema/design.ts'

/**
 * Reads a DBML file and those that it imports.
 * @param root of the project, for the paths in messages.
 * @throws NselfError `configuration` for a file that cannot be read, `invalid-design` with file, line and column.
 */
export async function readDesign(path: string, root: string): Promise<Design> {
  const texts = new Map<string, string>()
  const entry = resolve(root, path)
  texts.set(entry, await readText(entry, path))
  // Loaded only where a design is read: it is large.
  const { Compiler, Filepath, MemoryProjectLayout, isEndpointManySide } = await import('@dbml/parse')
  const compiler = () => new Compiler(new MemoryProjectLayout(Object.fromEntries(texts)))
  for (let known = 0; known < texts.size; ) {
    known = texts.size
    for (const { absolute: needed } of compiler().reachableFiles(Filepath.from(entry))) {
      // Where one is missing, the parser says who asks for it.
      const text = texts.has(needed) ? null : await readText(needed, needed).catch(() => null)
      if (text !== null) texts.set(needed, text)
    }
  }
  const report = compiler().interpretFile(Filepath.from(entry))
  const place: Source['place'] = (file, offset) => {
    const absolute = file === null ? entry : file
    return locate(relative(root, absolute) || absolute, texts.get(absolute) ?? '', offset)
  }
  const [error, ...more] = report.getErrors().toSorted((a, b) => a.start - b.start)
  const database = report.getValue() as Database | undefined
  if (error !== undefined || database === undefined) {
    throw new NselfError('invalid-design', error?.diagnostic ?? 'the design cannot be read', {
      location: place(error?.filepath.absolute ?? null, error?.start ?? 0),
      hint: `mend the file${more.length === 0 ? '' : `; ${more.length} more after this one`}; nothing was written`,
    })
  }
  const textAt = (file: string | null, from: number, to: number) => (texts.get(file ?? entry) ?? '').slice(from, to)
  return designOf(database, { place, textAt, isMany: isEndpointManySide })
}

async function readText(path: string, shown: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '')
  } catch (error) {
    throw new NselfError('configuration', `${shown} cannot be read: ${(error as Error).message}`, {
      hint: 'nself db schema scaffold basic writes one to begin with',
      cause: error,
    })
  }
}
