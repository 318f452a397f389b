import { describe, expect, test } from 'vitest'
import { neutralSql } from '../../../src/core/adopt/neutral-sql.ts'
import { parseMigration } from '../../../src/core/migration/parse-file.ts'
import { bodiesOf, planOf } from '../../helpers/adopt.ts'

const up = (sql: string) => `-- migrate:up\n${sql}\n-- migrate:down\n`
const names = (...args: Parameters<typeof planOf>) => planOf(...args).files.map(({ name }) => name)

describe('SQL of another tool becomes a section of ours:', () => {
  test.each([
    ['a comment that is a marker', '-- UP\nSELECT 1;\n-- down'],
    ['a marker of another tool', 'SELECT 1;\n-- +goose Down\n---- create above / drop below ----'],
    ['what looks like a header', '-- nself: hello\n-- depends_on: x\nSELECT 1 -- nself: no\n;'],
    ['a marker in a block comment', '/* DOWN */\nSELECT 1;'],
    ["what is only psql's", '\\set ON_ERROR_STOP on\n\\echo done\nSELECT 1;'],
  ])('%s', (_, sql) => {
    const neutral = neutralSql(sql)
    expect(neutral).toMatchObject({ fault: null, statements: 1 })
    const file = parseMigration('1_a.sql', { version: '1', name: '1_a' }, `-- UP\n${neutral.sql}\n-- DOWN\nSELECT 2;`)
    expect([file.up.statements.length, file.down?.statements.length]).toEqual([1, 1])
  })

  test('what stands in a string or a body stays as it is', () => {
    const sql = "SELECT '\n-- UP\n', $$\n-- migrate:down\n\\set x\n$$;"
    expect(neutralSql(sql)).toMatchObject({ sql, statements: 1, notes: [], fault: null })
  })

  test('what another file or program would be needed for is a fault', () => {
    expect(neutralSql('SELECT 1;\n\\i other.sql\n').fault?.message).toContain('\\i')
  })
})

describe('the numbers of files:', () => {
  const files = { '2_b.sql': up('select 2;'), '01_a.sql': up('select 1;'), '10_c d!.sql': up('select 3;') }

  test('are those of the tool, in the order of numbers', () => {
    expect(names('dbmate', files)).toEqual(['01_a', '2_b', '10_c_d'])
  })

  test('are counted with --renumber, and are times with --timestamp', () => {
    expect(names('dbmate', files, [], { numbering: 'sequence' })).toEqual(['001_a', '002_b', '003_c_d'])
    const timed = { '1672531200000_a.sql': up(''), '20230201000000_b.sql': up('') }
    expect(names('dbmate', timed, [], { numbering: 'timestamp' })).toEqual(['20230101000000_a', '20230201000000_b'])
  })

  test('are counted where the tool runs them in another order', () => {
    const folders = {
      '10_b/migration.sql': 'select 2;',
      '9_c/migration.sql': 'select 3;',
      '1_a/migration.sql': 'select 1;',
    }
    expect(names('prisma', folders)).toEqual(['001_b', '002_a', '003_c'])
    expect(planOf('prisma', folders).problems).toMatchObject([{ weight: 'note' }])
  })

  test('that two share are a problem that counting ends', () => {
    const twins = { '01_a.sql': up('select 1;'), '1_b.sql': up('select 2;') }
    expect(planOf('dbmate', twins).problems).toMatchObject([
      { subject: 'db/1_b.sql', what: 'has the number of 01_a.sql', weight: 'obstacle' },
    ])
    expect(planOf('dbmate', twins, [], { numbering: 'sequence' }).problems).toEqual([])
  })

  test('that are taken in our folder are a problem', () => {
    const own = [{ name: '001_mine', from: null }]
    expect(planOf('dbmate', files, [], { own }).problems).toMatchObject([
      { subject: 'db/01_a.sql', weight: 'obstacle' },
    ])
    expect(names('dbmate', files, [], { own, numbering: 'sequence' })).toEqual(['002_a', '003_b', '004_c_d'])
  })

  test('that an earlier run has given stay, whatever came between', () => {
    const own = [
      { name: '001_a', from: 'db/01_a.sql (dbmate)' },
      { name: '002_c_d', from: 'db/10_c d!.sql (dbmate)' },
    ]
    const plan = planOf('dbmate', files, [], { own, numbering: 'sequence' })
    expect(plan.files.map(({ name, isThere }) => [name, isThere])).toEqual([
      ['001_a', true],
      ['003_b', false],
      ['002_c_d', true],
    ])
  })
})

test('a file that cannot be read stops everything, and its place is told', () => {
  const plan = planOf('dbmate', { '1_a.sql': up("select 'open;"), '2_b.sql': up('\\connect other\nselect 1;') })
  expect(plan.problems.map(({ subject, weight }) => [subject, weight])).toEqual([
    ['db/1_a.sql', 'obstacle'],
    ['db/2_b.sql', 'obstacle'],
  ])
  expect(plan.problems[1]?.what).toContain('\\connect')
})

test('a DOWN that is empty where UP does something is none', () => {
  expect(bodiesOf(planOf('dbmate', { '1_a.sql': up('select 1;') }))).toEqual({ '1_a': '-- UP\nselect 1;\n' })
})

describe('a second run goes on from the first:', () => {
  const files = { '1_a.up.sql': 'select 1;', '2_b.up.sql': 'select 2;' }
  const dirty = [{ version: '2', dirty: 'true' }]
  const own = [
    { name: '1_a', from: 'db/1_a.up.sql (golang-migrate)' },
    { name: '2_b', from: 'db/2_b.up.sql (golang-migrate)' },
  ]

  test('what failed is asked about with the whole command, once', () => {
    const command = 'nself db adopt golang-migrate --from db'
    expect(planOf('golang-migrate', files, dirty, { command }).problems).toMatchObject([
      {
        weight: 'obstacle',
        choice: expect.stringContaining(`${command} --failed applied; or: ${command} --failed pending`),
      },
    ])
    expect(planOf('golang-migrate', files, dirty, { own }).problems).toMatchObject([{ weight: 'note', choice: null }])
  })

  test('a failed one that was recorded as applied stays applied', () => {
    const plan = planOf('golang-migrate', files, dirty, { own, recorded: new Set(['1_a', '2_b']) })
    expect(plan.files.map(({ row }) => row !== null)).toEqual([true, true])
  })

  test('what nself has applied since is not out of order', () => {
    const rows = [{ version: '2' }]
    const mate = { '1_a.sql': up('select 1;'), '2_b.sql': up('select 2;') }
    expect(planOf('dbmate', mate, rows).problems).toMatchObject([{ subject: 'db/1_a.sql' }])
    expect(planOf('dbmate', mate, rows, { recorded: new Set(['1_a']) }).problems).toEqual([])
  })

  test('placeholders in a file that is written are decided', () => {
    const open = { 'V1__a.sql': `select 'x$${'{env}'}';` }
    const there = [{ name: '1_a', from: 'db/V1__a.sql (flyway)' }]
    expect(planOf('flyway', open).problems).toMatchObject([{ weight: 'choice' }])
    expect(planOf('flyway', open, [], { own: there }).problems).toMatchObject([{ weight: 'note', choice: null }])
  })
})
