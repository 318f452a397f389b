import { expect, test } from 'vitest'
import { appliedIn, bodiesOf, planOf, recognisedBy } from '../../helpers/adopt.ts'

const files = {
  '00001_users.sql':
    '-- +goose Up\ncreate table users (id int);\n\n-- +goose StatementBegin\ncreate function f() returns int language plpgsql as $$\nbegin\n  return 1;\nend $$;\n-- +goose StatementEnd\n\n-- +goose Down\ndrop function f();\ndrop table users;\n',
  '00002_index.sql':
    '-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY i ON users (id);\n-- +goose Down\nDROP INDEX i;\n',
  '00003_code.go': 'package migrations',
  '00004_env.sql':
    '-- +goose ENVSUB ON\n-- +goose Up\ngrant select on users to $APP_ROLE;\n-- +goose ENVSUB OFF\n-- +goose Down\n',
}

test('of goose it takes the sections without the marks', () => {
  expect(recognisedBy(files)).toMatchObject({ goose: 'certain' })
  expect(bodiesOf(planOf('goose', files))).toMatchObject({
    '00001_users':
      '-- UP\ncreate table users (id int);\n\ncreate function f() returns int language plpgsql as $$\nbegin\n  return 1;\nend $$;\n\n-- DOWN\ndrop function f();\ndrop table users;\n',
    '00002_index':
      '-- UP\n-- nself: no-transaction\nCREATE INDEX CONCURRENTLY i ON users (id);\n\n-- DOWN\n-- nself: no-transaction\nDROP INDEX i;\n',
  })
})

test('of goose it tells migrations in code, and what the environment fills in', () => {
  expect(planOf('goose', files).problems.map(({ subject, weight }) => [subject, weight])).toEqual([
    ['db/00003_code.go', 'choice'],
    ['db/00004_env.sql', 'choice'],
  ])
})

test('of goose it lets the last row of a version count', () => {
  const rows = [
    { id: '1', version_id: '0', is_applied: 'true', tstamp: '2026-01-20T10:00:00' },
    { id: '2', version_id: '1', is_applied: 'true', tstamp: '2026-01-20T10:00:01' },
    { id: '3', version_id: '2', is_applied: 'true', tstamp: '2026-01-20T10:00:02' },
    { id: '4', version_id: '2', is_applied: 'false', tstamp: '2026-01-20T10:00:03' },
  ]
  expect(appliedIn(planOf('goose', files, rows))).toEqual({ '00001_users': '2026-01-20T10:00:01' })
})
