import { locator } from '../../core/location.ts'
import type { Design, DesignTexts } from '../../core/schema/design.ts'
import { type DesignFault, invalidDesign } from '../../core/schema/design-faults.ts'
import { designOf } from './design.ts'
import { type SyntaxAdvice, syntaxAdvice } from './syntax-advice.ts'
import type { Source } from './table.ts'

/** Without this word a file imports nothing. */
const imports = /\b(?:re)?use\b/i

/** The absolute paths of all files that the design needs, as far as the texts tell; the entry is one of them. */
export async function filesOfDesign({ entry, texts }: DesignTexts): Promise<string[]> {
  if (![...texts.values()].some((text) => imports.test(text))) return [...texts.keys()]
  const { Compiler, Filepath, MemoryProjectLayout } = await parser()
  const compiler = new Compiler(new MemoryProjectLayout(Object.fromEntries(texts)))
  return compiler.reachableFiles(Filepath.from(entry)).map((file) => file.absolute)
}

/**
 * The design that a DBML text means.
 * @param nameOf what messages call a file.
 * @throws NselfError `invalid-design` with file, line and column.
 */
export async function parseDesign(given: DesignTexts, nameOf: (path: string) => string): Promise<Design> {
  const { entry } = given
  // Texts of several lines are the same wherever the file was written.
  const texts = new Map([...given.texts].map(([path, text]) => [path, text.replaceAll('\r\n', '\n')] as const))
  const { Compiler, Filepath, MemoryProjectLayout, isEndpointManySide } = await parser()
  const compiler = new Compiler(new MemoryProjectLayout(Object.fromEntries(texts)))
  const report = compiler.interpretFile(Filepath.from(entry))
  const locators = new Map([...texts].map(([path, text]) => [path, locator(nameOf(path), text)] as const))
  const nowhere = locator(nameOf(entry), '')
  const place: Source['place'] = (file, offset) => (locators.get(file ?? entry) ?? nowhere)(offset)
  const faults = report
    .getErrors()
    .toSorted((a, b) => a.start - b.start)
    .map(({ diagnostic, start, filepath }) => ({
      at: place(filepath.absolute, start),
      ...adviceFor(diagnostic, texts.get(filepath.absolute) ?? '', start),
    }))
  const [fault, ...more] = faults.filter(isFirstOfItsLine)
  if (fault !== undefined) throw invalidDesign([fault, ...more])
  const database = report.getValue()
  if (database === undefined) throw new Error('the DBML parser returned nothing and reported no error')
  const textAt = (file: string | null, from: number, to: number) => (texts.get(file ?? entry) ?? '').slice(from, to)
  return designOf(database, { place, textAt }, isEndpointManySide)
}

/** Loaded only where a design is read: it is large. */
function parser(): Promise<typeof import('@dbml/parse')> {
  return import('@dbml/parse')
}

/** The parser often has several things to say of one mistake. */
function isFirstOfItsLine({ at }: DesignFault, i: number, faults: readonly DesignFault[]): boolean {
  return faults.findIndex((other) => other.at?.line === at?.line && other.at?.path === at?.path) === i
}

function adviceFor(diagnostic: string, text: string, offset: number): SyntaxAdvice {
  if (/^\s*(?:create|alter)\s+table\b/im.test(text) && !/^\s*table\b/im.test(text)) {
    return {
      message: diagnostic,
      hint: 'this is SQL, not DBML: put it in a migration, with nself db migrate create NAME',
    }
  }
  const end = text.indexOf('\n', offset)
  const rest = text.slice(offset, end === -1 ? undefined : end)
  return syntaxAdvice(diagnostic, { line: text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset) + rest, rest })
}
