import { describe, expect, test } from 'vitest'
import { fillIn } from '../../../src/core/adopt/tools/placeholders.ts'
import { appliedIn, bodiesOf, planOf, recognisedBy, toolNamed } from '../../helpers/adopt.ts'

describe('Flyway', () => {
  const files = {
    'V1__users.sql': 'create table users (id int);',
    'U1__users.sql': 'drop table users;',
    'V2__index.sql': 'create index concurrently i on users (id);',
    'V2__index.sql.conf': 'executeInTransaction=false\n',
    'V3__fill.sql': ['insert into users values ($', '{first});'].join(''),
    'R__some_view.sql': 'create or replace view v as select 1 as x;',
    'R__edited.sql': 'create or replace view w as select 1 as x;',
    'R__alone.sql': 'vacuum;',
    'R__alone.sql.conf': 'executeInTransaction=false',
    'V4__Code.java': 'public class V4__Code {}',
    'afterMigrate.sql': 'select 1;',
  }
  const row = (rank: number, version: string | null, more: Record<string, string> = {}) => ({
    installed_rank: String(rank),
    version,
    description: 'x',
    type: 'SQL',
    success: 'true',
    installed_on: `2026-01-20T10:00:0${rank}`,
    installed_by: 'deploy',
    execution_time: '12',
    ...more,
  })

  test('has undo files for DOWN, settings beside a file, and repeatable ones that stay so', () => {
    expect(recognisedBy(files)).toMatchObject({ flyway: 'likely' })
    const plan = planOf('flyway', files)
    expect(bodiesOf(plan)).toMatchObject({
      '1_users': '-- UP\ncreate table users (id int);\n\n-- DOWN\ndrop table users;\n',
      '2_index': '-- UP\n-- nself: no-transaction\ncreate index concurrently i on users (id);\n',
      '4_alone': '-- UP\n-- nself: no-transaction\nvacuum;\n',
      some_view: '-- UP\ncreate or replace view v as select 1 as x;\n',
    })
    expect(plan.problems.map(({ subject, weight }) => [subject, weight])).toEqual([
      ['db/V4__Code.java', 'choice'],
      ['db/V3__fill.sql', 'choice'],
      ['db/R__alone.sql', 'note'],
      ['db/afterMigrate.sql', 'note'],
    ])
  })

  test('asks for the values of placeholders, and takes them', () => {
    const told = planOf('flyway', files).problems.find(({ subject }) => subject === 'db/V3__fill.sql')
    expect(told).toMatchObject({
      weight: 'choice',
      what: 'has placeholders, which Flyway fills in, where no variable can stand: first in line 1',
      choice: 'to have their values filled in as text: nself db adopt flyway --set first=…',
    })
    const form = toolNamed('flyway').placeholders ?? { form: /x/g, by: '' }
    const filled = fillIn([{ path: 'V3__fill.sql', text: files['V3__fill.sql'] }], form, new Map([['first', '7']]))
    expect(filled[0]?.text).toBe('insert into users values (7);')
  })

  test('counts the last row of a version, and what was there before a baseline', () => {
    const rows = [
      row(1, '1', { type: 'BASELINE' }),
      row(2, '2'),
      row(3, '3'),
      row(4, '3', { type: 'UNDO_SQL' }),
      row(5, null, { description: 'some view', checksum: '865944825' }),
      row(6, null, { description: 'edited', checksum: '7' }),
    ]
    const plan = planOf('flyway', files, rows)
    expect(appliedIn(plan)).toEqual({
      '1_users': '2026-01-20T10:00:01',
      '2_index': '2026-01-20T10:00:02',
      some_view: '2026-01-20T10:00:05',
    })
    expect(plan.problems).toContainEqual(
      expect.objectContaining({ subject: 'db/R__edited.sql', what: 'was edited after it ran' }),
    )
    expect(plan.files[1]?.row).toMatchObject({ durationMs: 12, appliedBy: 'deploy' })
  })

  test('numbers versions with dots anew, in their order', () => {
    const dotted = { 'V1_10__c.sql': 'select 3;', 'V1.2__b.sql': 'select 2;', 'V1.0__a.sql': 'select 1;' }
    const plan = planOf('flyway', dotted, [row(1, '1'), row(2, '1.2')])
    expect(Object.keys(bodiesOf(plan))).toEqual(['001_a', '002_b', '003_c'])
    expect(Object.keys(appliedIn(plan))).toEqual(['001_a', '002_b'])
    expect(plan.problems).toMatchObject([{ weight: 'note' }])
  })
})

test('refinery has its times as text', () => {
  const files = { 'V1__users.sql': 'select 1;', 'U2__more.sql': 'select 2;', 'V3__code.rs': 'pub fn migration() {}' }
  expect(recognisedBy(files)).toMatchObject({ refinery: 'likely' })
  const rows = [{ version: '1', name: 'users', applied_on: '2026-01-20T10:00:00.5Z', checksum: '1' }]
  const plan = planOf('refinery', files, rows)
  expect(Object.keys(bodiesOf(plan))).toEqual(['1_users', '2_more'])
  expect(appliedIn(plan)).toEqual({ '1_users': '2026-01-20T10:00:00.5Z' })
  expect(plan.problems).toMatchObject([{ subject: 'db/V3__code.rs', weight: 'choice' }])
})

test('tern has a line between UP and DOWN, and one version in its table', () => {
  const files = {
    '001_users.sql': 'create table users (id int);\n---- create above / drop below ----\ndrop table users;\n',
    '002_index.sql': '---- tern: disable-tx ----\ncreate index concurrently i on users (id);\n',
    '003_shared.sql': '{{ template "shared/v1.sql" . }}\nselect 1;\n',
  }
  expect(recognisedBy(files)).toMatchObject({ tern: 'certain' })
  const plan = planOf('tern', files, [{ version: '2' }])
  expect(bodiesOf(plan)).toMatchObject({
    '001_users': '-- UP\ncreate table users (id int);\n\n-- DOWN\ndrop table users;\n',
    '002_index': '-- UP\n-- nself: no-transaction\ncreate index concurrently i on users (id);\n',
  })
  expect(Object.keys(appliedIn(plan))).toEqual(['001_users', '002_index'])
  expect(plan.problems).toMatchObject([{ subject: 'db/003_shared.sql', weight: 'choice' }])
})

describe('sqitch', () => {
  const files = {
    'sqitch.plan': `%syntax-version=1.0.0
%project=shop

users 2023-01-01T00:00:00Z Ann <ann@example.com> # Users
orders [users other:roles !old] 2023-01-02T00:00:00Z Ann <ann@example.com> # Orders
@v1.0 2023-01-03T00:00:00Z Ann <ann@example.com> # First
users [users@v1.0] 2023-01-04T00:00:00Z Ann <ann@example.com> # Again
`,
    'deploy/users@v1.0.sql': '-- Deploy shop:users to pg\nBEGIN;\ncreate table users (id int);\nCOMMIT;\n',
    'revert/users@v1.0.sql': '-- Revert shop:users from pg\nBEGIN;\ndrop table users;\nCOMMIT;\n',
    'deploy/orders.sql': 'create table orders (id int);',
    'deploy/users.sql': 'alter table users add name text;',
    'revert/users.sql': 'alter table users drop name;',
    'verify/users.sql': 'select id from users;',
  }

  test('is ordered by its plan, and a rework is a change of its own', () => {
    expect(recognisedBy(files)).toEqual({ sqitch: 'certain' })
    const plan = planOf('sqitch', files)
    expect(bodiesOf(plan)).toMatchObject({
      '001_users': expect.stringContaining('drop table users;'),
      '002_orders': '-- UP\ncreate table orders (id int);\n',
      '003_users': '-- UP\nalter table users add name text;\n\n-- DOWN\nalter table users drop name;\n',
    })
    expect(plan.files[1]?.text).toContain('-- depends_on: 001_users\n')
    expect(plan.problems.map(({ subject }) => subject)).toEqual(['verify', 'db'])
  })

  test('knows who deployed what and when', () => {
    const change = (name: string, at: string) => ({
      change: name,
      project: 'shop',
      committed_at: at,
      committer_name: 'Ann',
    })
    const rows = [change('users', '2026-01-20T10:00:00Z'), change('orders', '2026-01-20T11:00:00Z')]
    const plan = planOf('sqitch', files, rows)
    expect(appliedIn(plan)).toEqual({ '001_users': '2026-01-20T10:00:00Z', '002_orders': '2026-01-20T11:00:00Z' })
    expect(plan.files[0]?.row?.appliedBy).toBe('Ann')
  })

  test('leaves alone what other projects have deployed into the same database', () => {
    const rows = [
      { change: 'orders', project: 'wiki', committed_at: '2026-01-20T09:00:00Z' },
      { change: 'users', project: 'shop', committed_at: '2026-01-20T10:00:00Z' },
    ]
    const plan = planOf('sqitch', files, rows)
    expect(appliedIn(plan)).toEqual({ '001_users': '2026-01-20T10:00:00Z' })
    expect(plan.problems.map(({ subject }) => subject)).toEqual(['verify', 'db'])
  })
})

describe('Atlas', () => {
  const files = {
    'atlas.sum': 'h1:abc=\n',
    '20230101000000_users.sql': '-- Create "users" table\nCREATE TABLE "users" ("id" int);\n',
    '20230102000000.sql': '-- atlas:txmode none\n\nCREATE INDEX CONCURRENTLY i ON users (id);\n',
    '20230103000000_both.sql':
      '-- atlas:txtar\n\n-- migration.sql --\ncreate table a (id int);\n\n-- down.sql --\ndrop table a;\n',
  }

  test('says in comments how a file runs', () => {
    expect(recognisedBy(files)).toMatchObject({ atlas: 'certain' })
    expect(bodiesOf(planOf('atlas', files))).toMatchObject({
      '20230102000000_migration': '-- UP\n-- nself: no-transaction\nCREATE INDEX CONCURRENTLY i ON users (id);\n',
      '20230103000000_both': '-- UP\ncreate table a (id int);\n\n-- DOWN\ndrop table a;\n',
    })
  })

  test.each([
    ['golang-migrate', { '01_a.up.sql': 'CREATE TABLE a ();', '01_a.down.sql': 'DROP TABLE a;' }],
    ['goose', { '01_a.sql': '-- +goose Up\nCREATE TABLE a ();\n-- +goose Down\nDROP TABLE a;\n' }],
    ['dbmate', { '01_a.sql': '-- migrate:up\nCREATE TABLE a ();\n-- migrate:down\nDROP TABLE a;\n' }],
  ])('that writes files in the form of %s has their DOWNs, and its own table', (_, written) => {
    const told = { executed_at: '2026-01-20T10:00:00+00:00', type: '2', applied: '1', total: '1', error: '' }
    const plan = planOf('atlas', { 'atlas.sum': 'h1:abc=\n', ...written }, [{ ...told, version: '01' }])
    expect(bodiesOf(plan)).toEqual({ '01_a': '-- UP\nCREATE TABLE a ();\n\n-- DOWN\nDROP TABLE a;\n' })
    expect(appliedIn(plan)).toEqual({ '01_a': '2026-01-20T10:00:00+00:00' })
    expect(plan.problems).toEqual([])
  })

  test('notes how many statements are applied', () => {
    const at = { executed_at: '2026-01-20T10:00:00+00:00', execution_time: '3000000', type: '2', error: '' }
    const rows = [
      { ...at, version: '.atlas_cloud_identifier', applied: '0', total: '0' },
      { ...at, version: '20230101000000', applied: '1', total: '1' },
      { ...at, version: '20230102000000', applied: '0', total: '1', error: 'broken' },
    ]
    const plan = planOf('atlas', files, rows)
    expect(appliedIn(plan)).toEqual({ '20230101000000_users': '2026-01-20T10:00:00+00:00' })
    expect(plan.problems).toMatchObject([{ subject: 'db/20230102000000.sql', weight: 'obstacle' }])
  })
})
