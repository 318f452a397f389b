import { describe, expect, test } from 'vitest'
import { chooseSource, recognise } from '../../../src/core/adopt/choose-source.ts'
import { knownTools } from '../../../src/core/adopt/tools/known-tools.ts'
import { type Files, folderWith, toolNamed } from '../../helpers/adopt.ts'

const folders: Record<string, Files> = {
  'db/migrations': { '1_a.sql': '-- migrate:up\n' },
  'old/migrations': { '1_a.sql': '-- migrate:up\n' },
  prisma: { '20230101000000_a/migration.sql': 'SELECT 1;', 'migration_lock.toml': '' },
  sql: { '001_a.sql': 'SELECT 1;' },
  pairs: { '1_a.up.sql': 'SELECT 1;' },
}

function choose(paths: readonly string[], tables: readonly string[], more: { wanted?: string; best?: string } = {}) {
  return chooseSource({
    recognised: recognise(
      paths.map((path) => folderWith(folders[path] ?? {}, path)),
      knownTools,
    ),
    tables: tables.map((name) => ({ tool: toolNamed(name), key: `public.${name}` })),
    wanted: more.wanted === undefined ? null : toolNamed(more.wanted),
    from: null,
    matches: ({ folder }) => (folder.path === more.best ? 2 : 1),
  })
}

const chosen = (...args: Parameters<typeof choose>) => {
  const source = choose(...args)
  return source && [source.tool.name, source.folder.path, source.table?.key ?? null]
}

describe('what is taken over is', () => {
  test.each([
    ['files that can be no other tool’s', chosen(['db/migrations'], []), ['dbmate', 'db/migrations', null]],
    ['files whose table is there', chosen(['sql'], ['tern']), ['tern', 'sql', 'public.tern']],
    [
      'a tool with a table before one without',
      chosen(['prisma', 'pairs'], ['golang-migrate']),
      ['golang-migrate', 'pairs', 'public.golang-migrate'],
    ],
    ['of one form that of the table', chosen(['pairs'], ['sqlx']), ['sqlx', 'pairs', 'public.sqlx']],
    ['what is named', chosen(['db/migrations', 'prisma'], [], { wanted: 'prisma' }), ['prisma', 'prisma', null]],
    [
      'the folder that has the files of most rows',
      chosen(['db/migrations', 'old/migrations'], ['dbmate'], { best: 'old/migrations' }),
      ['dbmate', 'old/migrations', 'public.dbmate'],
    ],
    ['nothing where many tools could have written the files', chosen(['sql'], []), null],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected)
  })
})

test('adopt tells which folders and tables it leaves alone', () => {
  expect(choose(['db/migrations', 'prisma'], ['dbmate'])?.others).toEqual(['prisma in prisma'])
})

test.each([
  [
    'two tools',
    () => choose(['db/migrations', 'prisma'], []),
    /several tools were found here: dbmate in db\/migrations, prisma in prisma/,
  ],
  [
    'two tools with their tables',
    () => choose(['db/migrations', 'prisma'], ['dbmate', 'prisma']),
    /several tools were found/,
  ],
  ['two folders', () => choose(['db/migrations', 'old/migrations'], []), /several folders/],
  ['a table without files', () => choose([], ['goose']), /has the table public.goose/],
  ['a tool whose files are not there', () => choose(['prisma'], [], { wanted: 'goose' }), /no migrations of goose/],
])('adopt asks about %s', (_, look, message) => {
  expect(look).toThrow(message)
})
