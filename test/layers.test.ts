import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
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
  return [...textOf(file).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '')
}

const internal = new Map(
  files.map((file) => {
    const names = importsOf(file).filter((name) => name.startsWith('.') && name.endsWith('.ts'))
    return [file, names.map((name) => join(dirname(file), name))]
  }),
)

test('imports point in one direction: cli, commands, then the rooms that know the world, then core', () => {
  const wrong = [...internal].flatMap(([file, targets]) =>
    targets
      .map(roomOf)
      .filter((room) => room !== roomOf(file) && !mayImport[roomOf(file)]?.includes(room))
      .map((room) => `${file} imports from ${room}`),
  )
  expect(wrong).toEqual([])
})

test('core touches nothing but its arguments', () => {
  const wrong = inRoom('core').flatMap((file) => [
    ...importsOf(file)
      .filter((name) => !name.startsWith('.') && name !== 'node:crypto')
      .map((name) => `${file} imports ${name}`),
    ...(/\b(process|console)\.|Date\.now|new Date\(\)|Math\.random/.test(codeOf(file))
      ? [`${file} reads the world`]
      : []),
  ])
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
