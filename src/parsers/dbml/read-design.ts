import { readFile, stat } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import type { Database } from '@dbml/parse'
import { NselfError } from '../../core/errors.ts'
import { locator } from '../../core/location.ts'
import type { Design } from '../../core/schema/design.ts'
import { type Fault, invalidDesign } from '../../core/schema/design-faults.ts'
import { designOf } from './design.ts'
import type { Source } from './table.ts'

/**
 * Reads a DBML file and those that it imports.
 * @param root of the project, for the paths in messages.
 * @throws NselfError `configuration` for a file that cannot be read, `invalid-design` with file, line and column.
 */
export async function readDesign(path: string, root: string): Promise<Design> {
  const texts = new Map<string, string>()
  const entry = resolve(root, path)
  texts.set(entry, await readText(entry, relative(root, entry)))
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
  const locators = new Map(
    [...texts].map(([path, text]) => [path, locator(relative(root, path) || path, text)] as const),
  )
  const nowhere = locator(path, '')
  const place: Source['place'] = (file, offset) => (locators.get(file ?? entry) ?? nowhere)(offset)
  const faults = report
    .getErrors()
    .toSorted((a, b) => a.start - b.start)
    .map(({ diagnostic, start, filepath }) => ({
      message: diagnostic,
      at: place(filepath.absolute, start),
      hint: hintFor(texts.get(entry) ?? ''),
    }))
  const [fault, ...more] = faults.filter(isFirstOfItsLine)
  if (fault !== undefined) throw invalidDesign([fault, ...more])
  const textAt = (file: string | null, from: number, to: number) => (texts.get(file ?? entry) ?? '').slice(from, to)
  return designOf(report.getValue() as Database, { place, textAt }, isEndpointManySide)
}

/** The parser often has several things to say of one mistake. */
function isFirstOfItsLine({ at }: Fault, i: number, faults: readonly Fault[]): boolean {
  return faults.findIndex((other) => other.at?.line === at?.line && other.at?.path === at?.path) === i
}

function hintFor(text: string): string {
  return /^\s*(?:create|alter)\s+table\b/im.test(text) && !/^\s*table\b/im.test(text)
    ? 'this is SQL, not DBML: put it in a migration, with nself db migrate create'
    : 'mend the file; https://dbml.dbdiagram.io/docs tells what it may say'
}

async function readText(path: string, shown: string): Promise<string> {
  try {
    // A pipe without a writer would be waited for, out of reach of Ctrl-C; a device may never end.
    const facts = await stat(path)
    if (!facts.isFile() && !facts.isDirectory()) throw Object.assign(new Error(), { code: 'it is not a file' })
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '')
  } catch (error) {
    throw new NselfError('configuration', `${shown} cannot be read: ${(error as NodeJS.ErrnoException).code}`, {
      hint: 'nself db schema scaffold basic writes one to begin with',
      cause: error,
    })
  }
}
