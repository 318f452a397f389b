import { expect, test } from 'vitest'
import { appliedIn, bodiesOf, planOf, recognisedBy } from '../../helpers/adopt.ts'

const files = {
  '20230101000000_create_users.sql':
    '-- migrate:up\ncreate table users (id int);\n\n-- migrate:down\ndrop table users;\n',
  '20230102000000_by_name.sql':
    '-- who needs it: the search\n-- migrate:up transaction:false\ncreate index concurrently i on users (id);\n-- migrate:down transaction:false\ndrop index concurrently i;\n',
  '20230103000000_nothing.sql': '-- migrate:up\n\n-- migrate:down\n\n',
}

test('of dbmate it takes both sections, and what runs outside a transaction', () => {
  expect(recognisedBy(files)).toMatchObject({ dbmate: 'certain' })
  const plan = planOf('dbmate', files)
  expect(plan.files[0]?.text).toBe(`-- Migration: 20230101000000_create_users
-- Created: 2023-01-01
-- Adopted from db/20230101000000_create_users.sql (dbmate)

-- UP
create table users (id int);

-- DOWN
drop table users;
`)
  expect(bodiesOf(plan)).toMatchObject({
    '20230102000000_by_name': `-- UP
-- nself: no-transaction
-- who needs it: the search

create index concurrently i on users (id);

-- DOWN
-- nself: no-transaction
drop index concurrently i;
`,
    '20230103000000_nothing': '-- UP\n-- nself: nothing-to-do\n\n-- DOWN\n-- nself: nothing-to-do\n',
  })
})

test('of dbmate it takes as applied what the table has, and tells rows without a file and files that were left behind', () => {
  const rows = ['20230101000000', '20221231000000', '20230103000000'].map((version) => ({ version }))
  const plan = planOf('dbmate', files, rows)
  expect(appliedIn(plan)).toEqual({ '20230101000000_create_users': null, '20230103000000_nothing': null })
  expect(plan.problems.map(({ subject, weight }) => [subject, weight])).toEqual([
    ['row 20221231000000', 'note'],
    ['db/20230102000000_by_name.sql', 'note'],
  ])
})

test('of dbmate it refuses a file without its markers', () => {
  const plan = planOf('dbmate', { '1_a.sql': 'select 1;\n', '2_b.sql': '-- migrate:up\nselect 1;\n' })
  expect(plan.problems.map(({ subject, weight }) => [subject, weight])).toEqual([['db/1_a.sql', 'obstacle']])
})

test('of dbmate it says once that a file without migrate:down cannot be reverted', () => {
  const plan = planOf('dbmate', { '1_a.sql': '-- migrate:up\nselect 1;\n' })
  expect(plan.files.map(({ notes }) => notes)).toEqual([[expect.stringContaining('cannot be reverted')]])
  expect(plan.problems).toEqual([])
})
