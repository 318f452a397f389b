import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

/** Imports may only point right, or stay in their room. The drawing is in docs/architecture.md. */
const mayImport: Record<string, readonly string[]> = {
  cli: ['commands', 'postgres', 'parsers', 'diagram', 'project', 'core'],
  library: ['commands', 'postgres', 'parsers', 'diagram', 'project', 'core'],
  commands: ['postgres', 'parsers', 'diagram', 'project', 'core'],
  postgres: ['core'],
  parsers: ['core'],
  diagram: ['core'],
  project: ['core'],
  core: [],
}

const files = readdirSync('src', { withFileTypes: true, recursive: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => join(entry.parentPath, entry.name))
const texts = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]))
const roomOf = (file: string) => relative('src', file).split('/')[0] ?? ''
const inRoom = (room: string) => files.filter((file) => roomOf(file) === room)
const textOf = (file: string) => texts.get(file) ?? ''

/** Comments say things that code does not do. */
const withoutComments = (file: string) => textOf(file).replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/g, '')
/** So do strings. */
const codeOf = (file: string) => withoutComments(file).replace(/'(?:\\.|[^'\\\n])*'/g, '')

function importsOf(file: string): string[] {
  return [...textOf(file).matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)'([^']+)'/g)].map(
    (match) => match[1] ?? '',
  )
}

const internal = new Map(
  files.map((file) => {
    const names = importsOf(file).filter((name) => name.startsWith('.') && name.endsWith('.ts'))
    return [file, names.map((name) => join(dirname(file), name))]
  }),
)

/** The imports between folders, from those between files. */
function betweenFolders(): Map<string, string[]> {
  const folders = new Map<string, Set<string>>()
  for (const [file, targets] of internal) {
    const from = dirname(file)
    const others = targets.map((target) => dirname(target)).filter((folder) => folder !== from)
    folders.set(from, new Set([...(folders.get(from) ?? []), ...others]))
  }
  return new Map([...folders].map(([from, to]) => [from, [...to]]))
}

/** A path that comes back to where it began, for each place from which there is one; empty when all arrows point one way. */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>()
  const circles: string[] = []
  const walk = (place: string, path: readonly string[]): void => {
    const at = path.indexOf(place)
    if (at !== -1) circles.push([...path.slice(at), place].join(' -> '))
    if (at !== -1 || done.has(place)) return
    for (const next of graph.get(place) ?? []) walk(next, [...path, place])
    done.add(place)
  }
  for (const place of graph.keys()) walk(place, [])
  return circles
}

test('imports point in one direction: cli, commands, then the rooms that know the world, then core', () => {
  const wrong = [...internal].flatMap(([file, targets]) =>
    targets
      .map(roomOf)
      .filter((room) => room !== roomOf(file) && !mayImport[roomOf(file)]?.includes(room))
      .map((room) => `${file} imports from ${room}`),
  )
  expect(wrong).toEqual([])
})

test('no files import each other in a circle', () => {
  expect(circlesIn(internal)).toEqual([])
})

test('no folders import each other in a circle', () => {
  expect(circlesIn(betweenFolders())).toEqual([])
})

/** Modules of Node whose functions know nothing but their arguments. */
const pure = ['node:crypto', 'node:buffer', 'node:zlib', 'fastest-levenshtein']

test('core touches nothing but its arguments', () => {
  const wrong = inRoom('core').flatMap((file) => [
    ...importsOf(file)
      .filter((name) => !name.startsWith('.') && !pure.includes(name))
      .map((name) => `${file} imports ${name}`),
    ...(/\b(process|console)\.|Date\.now|new Date\(\)|Math\.random/.test(codeOf(file))
      ? [`${file} reads the world`]
      : []),
  ])
  expect(wrong).toEqual([])
})

test('parsers and diagrams take text and touch no file system', () => {
  const wrong = [...inRoom('parsers'), ...inRoom('diagram')].flatMap((file) =>
    importsOf(file)
      .filter((name) => name.startsWith('node:') && !pure.includes(name))
      .map((name) => `${file} imports ${name}`),
  )
  expect(wrong).toEqual([])
})

test('only cli prints and exits', () => {
  const wrong = files
    .filter((file) => roomOf(file) !== 'cli')
    .filter((file) => /console\.|process\.exit|process\.std(out|err)/.test(codeOf(file)))
  expect(wrong).toEqual([])
})

test('commands hold no SQL and touch no file system', () => {
  const wrong = inRoom('commands').flatMap((file) => [
    ...importsOf(file)
      .filter((name) => /^node:(fs|fs\/promises|child_process|net)$/.test(name))
      .map((name) => `${file} imports ${name}`),
    ...(/\.query\(/.test(codeOf(file)) ? [`${file} sends SQL`] : []),
    ...(/[`']\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|DROP|ALTER|WITH)\b[^`']*[`']/.test(
      withoutComments(file).replace(/(?<=hint:\s*)[^\n]*|nself db query[^\n]*/g, ''),
    )
      ? [`${file} writes SQL`]
      : []),
  ])
  expect(wrong).toEqual([])
})

/** What settings are made of, and what programs that we start inherit. */
const readers = ['src/project/process-environment.ts', 'src/postgres/driver/inherited-environment.ts']

test('the process environment is read for the settings and handed to programs, and nowhere else', () => {
  const wrong = files.filter((file) => !readers.includes(file)).filter((file) => /process\.env/.test(codeOf(file)))
  expect(wrong).toEqual([])
})

test('the pg library is known to the driver alone', () => {
  const wrong = files
    .filter((file) => !file.startsWith('src/postgres/driver/'))
    .filter((file) => importsOf(file).some((name) => /^pg(-|$)/.test(name)))
  expect(wrong).toEqual([])
})

/** How many casts there are: each has its reason beside it. */
const castsLeft = 2

/** `as const` and `satisfies` claim nothing that the compiler does not see. */
function castsIn(file: string): number {
  if (!/\bas\s|[\w)\]]!(?!=)/.test(codeOf(file))) return 0
  let found = 0
  const look = (node: ts.Node): void => {
    if (ts.isNonNullExpression(node) || (ts.isAsExpression(node) && !ts.isConstTypeReference(node.type))) found++
    ts.forEachChild(node, look)
  }
  look(ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest))
  return found
}

test('no cast is added to claim what the types do not say', () => {
  const found = files.map(castsIn).reduce((sum, count) => sum + count, 0)
  expect(found).toBeLessThanOrEqual(castsLeft)
})

/** A little more than CONTRIBUTING says: a limit is no reason to cut where nothing ends. */
const [mostLines, mostLinesOfBody] = [220, 45]
/** The lexer is one class, as it says at its top. */
const longFiles = ['src/core/sql/lexer.ts']

test('no file is longer than a reader takes in', () => {
  const wrong = files.filter((file) => textOf(file).split('\n').length > mostLines && !longFiles.includes(file))
  expect(wrong).toEqual([])
})

/** Every function of a file, with what it is called. */
function functionsOf(file: string): { readonly name: string; readonly lines: number }[] {
  const source = ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest, true)
  const lineAt = (place: number) => source.getLineAndCharacterOfPosition(place).line
  const found: { name: string; lines: number }[] = []
  const look = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const named = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined)
      const lines = lineAt(node.body.end) - lineAt(node.body.getStart(source)) - 1
      found.push({ name: named?.getText(source) ?? 'a function without a name', lines })
    }
    ts.forEachChild(node, look)
  }
  look(source)
  return found
}

test('no function is longer than a reader takes in', () => {
  // Only a file with so many lines can have one.
  const wrong = files
    .filter((file) => textOf(file).split('\n').length > mostLinesOfBody)
    .flatMap((file) =>
      functionsOf(file)
        .filter(({ lines }) => lines > mostLinesOfBody)
        .map(({ name, lines }) => `${name} in ${file} has ${lines} lines`),
    )
  expect(wrong).toEqual([])
})

test('every exported function says above it what it is for', () => {
  // Of a function with several signatures one has to say it.
  const wrong = files.flatMap((file) => {
    const exported = [
      ...textOf(file).matchAll(
        /(\*\/\n)?^export (?:async )?(?:function\*? (\w+)|const (\w+) = (?:async )?(?:<[^\n]*>)?\()/gm,
      ),
    ].map(([, comment, name, constant]) => ({ name: name ?? constant, isSaid: comment !== undefined }))
    const isSaid = (name: string | undefined) => exported.some((one) => one.name === name && one.isSaid)
    return exported.filter(({ name }) => !isSaid(name)).map(({ name }) => `${name} in ${file}`)
  })
  expect(wrong).toEqual([])
})

test('no two exported types have one name', () => {
  const named = files.flatMap((file) =>
    [...textOf(file).matchAll(/^export (?:type|interface|class) (\w+)/gm)].map((match) => ({ name: match[1], file })),
  )
  const wrong = named.filter(({ name, file }) => named.some((other) => other.name === name && other.file !== file))
  expect(wrong).toEqual([])
})

test('messages and hints begin with a small letter, as what follows "Error:" and "Next:"', () => {
  // The first screen of a folder without a project is no message.
  const begins = /(?:hint: |new NselfError\(\s*'(?!no-project)[a-z-]+',\s*)['`]((?!PostgreSQL )[A-Z][a-z]+ [^\n]*)/g
  const wrong = files.flatMap((file) =>
    [...textOf(file).matchAll(begins)].map((match) => `${match[1] ?? ''} in ${file}`),
  )
  expect(wrong).toEqual([])
})

test('every file and folder that the pages on the architecture name is there', () => {
  const pages = ['docs/architecture.md', ...readdirSync('docs/decisions').map((name) => join('docs/decisions', name))]
  const wrong = pages.flatMap((page) =>
    [
      ...readFileSync(page, 'utf8').matchAll(
        /`((?:cli|commands|postgres|parsers|diagram|project|core)\/[\w./-]*|[\w-]+\.ts)`/g,
      ),
    ]
      .map((match) => match[1] ?? '')
      .filter((name) => !files.some((file) => `${file}/`.includes(`/${name.replace(/\/$/, '')}/`)))
      .map((name) => `${page} names ${name}`),
  )
  expect(wrong).toEqual([])
})
