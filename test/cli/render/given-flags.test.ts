import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import ts from 'typescript'
import { afterEach, describe, expect, test } from 'vitest'
import { buildProgram } from '../../../src/cli/program.ts'
import { renderError } from '../../../src/cli/render/error.ts'
import { carryFlags, withGivenFlags } from '../../../src/cli/render/given-flags.ts'
import { jsonError } from '../../../src/cli/render/json/error.ts'
import { renderRepair } from '../../../src/cli/render/migrate.ts'
import { NselfError } from '../../../src/core/errors.ts'

const plain = { red: String, green: String, yellow: String, cyan: String, bold: String, dim: String }
const databaseUrl = 'postgresql://app:sesame@db.example.com/shop?sslmode=require&connect_timeout=3'
const shownUrl = "'postgresql://app:***@db.example.com/shop?sslmode=require&connect_timeout=3'"

afterEach(() => carryFlags({}))

describe('a command that is told to be typed carries the flags that were given', () => {
  test.each([
    ['see nself db migrate status', 'see nself db migrate status --env staging'],
    [
      'nself db migrate repair --accept 3, or nself db migrate redo',
      'nself db migrate repair --env staging --accept 3, or nself db migrate redo --env staging',
    ],
    ['nself db seed, nself db seed users', 'nself db seed --env staging, nself db seed users --env staging'],
    ["nself db query 'SELECT 1'", "nself db query --env staging 'SELECT 1'"],
    ['nself db backup list; nself db backup', 'nself db backup list --env staging; nself db backup --env staging'],
    ['nself db restore x.dump --env staging', 'nself db restore x.dump --env staging'],
    [
      'if not: nself db migrate repair --env production --mark-environment local; nself db migrate up',
      'if not: nself db migrate repair --env production --mark-environment local; nself db migrate up --env staging',
    ],
  ])('%s', (text, expected) => {
    carryFlags({ env: 'staging' })
    expect(withGivenFlags(text)).toBe(expected)
  })

  test('those that fill in variables where they do something, but for what is secret or long', () => {
    carryFlags({ set: ['schema=my app', 'api_key=abc', `long=${'x'.repeat(100)}`] })
    expect(withGivenFlags('nself db migrate up; nself db migrate status')).toBe(
      "nself db migrate up --set 'schema=my app' --set api_key=… --set long=…; nself db migrate status",
    )
  })

  test('but where it needs no database', () => {
    carryFlags({ env: 'staging' })
    for (const text of ['nself db migrate create NAME', 'nself db seed create NAME', 'nself db schema scaffold basic'])
      expect(withGivenFlags(text)).toBe(text)
  })

  test('a URL quoted for a shell and without its password', () => {
    carryFlags({ databaseUrl })
    expect(withGivenFlags('nself db migrate up')).toBe(`nself db migrate up --database-url ${shownUrl}`)
  })

  test('but for its address where the command is for a local database and this one is not', () => {
    carryFlags({ env: 'production', databaseUrl })
    expect(withGivenFlags('locally: nself db migrate redo --env local')).toBe(
      'locally: nself db migrate redo --env local',
    )
    expect(withGivenFlags('nself db migrate repair --env staging --rebuild')).toContain(shownUrl)
  })

  test('on a screen, in JSON and among the findings of repair', () => {
    carryFlags({ env: 'staging' })
    const error = new NselfError('refused', 'no', { hint: 'nself db migrate repair --rebuild' })
    const expected = 'nself db migrate repair --env staging --rebuild'
    expect(renderError(error, plain)).toContain(expected)
    expect(jsonError(error)).toContain(expected)
    const finding = {
      kind: 'rebuild',
      version: null,
      flag: '--rebuild',
      what: 'x',
      recommended: true,
      better: null,
    } as const
    expect(
      renderRepair({ kind: 'repair', database: 'd', findings: [finding], inferred: [], done: [] }, plain),
    ).toContain(expected)
  })

  test('and nothing where none was given', () => {
    expect(withGivenFlags('nself db migrate up')).toBe('nself db migrate up')
  })
})

/** Commands that look at no database. */
const withoutDatabase = ['db migrate create', 'db schema scaffold', 'db seed create']

/** The commands that do something, as they are typed. */
function leavesOf(command: CommandUnknownOpts, path: readonly string[] = []): string[] {
  const below = command.commands.filter((one) => one.name() !== 'help')
  const leaves = below.flatMap((one) => leavesOf(one, [...path, one.name()]))
  const takesEnv = command.options.some((option) => option.long === '--env')
  return takesEnv ? [path.join(' '), ...leaves] : leaves
}

function wholeTree(): CommandUnknownOpts {
  const outside = { version: '0', print: () => {}, complain: () => {}, width: () => 80 }
  return buildProgram(async () => {}, null, outside)
}

test('every command that takes --env is known, as one that looks at a database or as one that does not', () => {
  carryFlags({ env: 'staging' })
  const leaves = leavesOf(wholeTree())
  expect(leaves.length).toBeGreaterThan(25)
  const unknown = leaves.filter(
    (leaf) => withGivenFlags(`nself ${leaf}`) !== `nself ${leaf} --env staging` && !withoutDatabase.includes(leaf),
  )
  expect(unknown).toEqual([])
})

/** Every text in the sources, but those of imports. */
function textsOf(file: string): string[] {
  const texts: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      texts.push(node.text)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest))
  return texts
}

test('every command that the sources tell to be typed is one that gets them', () => {
  carryFlags({ env: 'staging' })
  const files = readdirSync('src', { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/^src\/cli\/(?:tree|help)\//.test(file))
  const commands = files.flatMap((file) =>
    textsOf(file).flatMap((text) => [...withGivenFlags(text).matchAll(/\bnself db [^;,\n]*/g)].map(([one]) => one)),
  )
  expect(commands.length).toBeGreaterThan(60)
  const bare = commands.filter(
    (one) => !/ --env /.test(one) && !withoutDatabase.some((path) => one.startsWith(`nself ${path}`)),
  )
  expect(bare).toEqual([])
})
