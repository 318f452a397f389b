import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

/** Imports may only point right, or stay in their room. The drawing is in docs/architecture.md. */
const mayImport: Record<string, readonly string[]> = {
  cli: ['commands', 'postgres', 'parsers', 'diagram', 'project', 'core'],
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
const pure = ['node:crypto', 'node:buffer']

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

/** How many casts a file may have: where a library says less of itself than it does, and what is still to be told by types. */
const casts = new Map([
  ['src/cli/ask.ts', 1],
  ['src/commands/env.ts', 1],
  ['src/core/danger.ts', 16],
  ['src/core/migration/state.ts', 1],
  ['src/core/schema/canonical-definition.ts', 1],
  ['src/core/schema/dbml-table.ts', 1],
  ['src/core/schema/foreign-defaults.ts', 1],
  ['src/core/schema/migration-name.ts', 1],
  ['src/core/schema/renames.ts', 2],
  ['src/core/schema/statement-effects.ts', 1],
  ['src/core/schema/statements-library-lacks.ts', 8],
  ['src/core/sql/lexer.ts', 5],
  ['src/diagram/layout.ts', 2],
  ['src/parsers/dbml/design.ts', 2],
  ['src/parsers/dbml/parse-design.ts', 2],
  ['src/parsers/dbml/references.ts', 3],
  ['src/parsers/postgres/dangers.ts', 10],
  ['src/postgres/backup/archive.ts', 1],
  ['src/postgres/backup/dump.ts', 2],
  ['src/postgres/backup/restore-beside.ts', 1],
  ['src/postgres/backup/restore-in-place.ts', 1],
  ['src/postgres/backup/tool.ts', 2],
  ['src/postgres/backup/tools.ts', 2],
  ['src/postgres/catalog/read.ts', 2],
  ['src/postgres/diff/design-drafts.ts', 2],
  ['src/postgres/diff/facts.ts', 2],
  ['src/postgres/diff/rewritten-texts.ts', 1],
  ['src/postgres/diff/stages.ts', 5],
  ['src/postgres/diff/statements.ts', 5],
  ['src/postgres/diff/target-facts.ts', 27],
  ['src/postgres/driver/lost-connection.ts', 8],
  ['src/postgres/driver/pg.ts', 6],
  ['src/postgres/run/failure.ts', 2],
  ['src/postgres/run/plan-run.ts', 3],
  ['src/postgres/run/resume.ts', 2],
  ['src/postgres/run/users.ts', 1],
  ['src/postgres/scratch/replay.ts', 1],
  ['src/postgres/scratch/scratch.ts', 2],
  ['src/postgres/shell/query.ts', 1],
  ['src/postgres/tracking/history.ts', 3],
  ['src/postgres/tracking/seed-history.ts', 1],
  ['src/project/users.ts', 1],
])

/** `as const` and `satisfies` claim nothing that the compiler does not see. */
function castsIn(file: string): number {
  if (!/\bas\s/.test(codeOf(file))) return 0
  let found = 0
  const look = (node: ts.Node): void => {
    if (ts.isNonNullExpression(node) || (ts.isAsExpression(node) && !ts.isConstTypeReference(node.type))) found++
    ts.forEachChild(node, look)
  }
  look(ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest))
  return found
}

test('no file claims by a cast what the types do not say, but for those that are counted here', () => {
  const wrong = files
    .map((file) => ({ file, found: castsIn(file) }))
    .filter(({ file, found }) => found > (casts.get(file) ?? 0))
    .map(({ file, found }) => `${file} has ${found} casts, ${casts.get(file) ?? 0} are known`)
  expect(wrong).toEqual([])
})
