import { describe, expect, test } from 'vitest'
import { appliedIn, bodiesOf, planOf, recognisedBy } from '../../helpers/adopt.ts'

describe('Prisma', () => {
  const files = {
    'migration_lock.toml': 'provider = "postgresql"\n',
    '20230101000000_init/migration.sql': '-- CreateTable\nCREATE TABLE "User" ("id" SERIAL NOT NULL);\n',
    '20230102000000_more/migration.sql': '-- AlterTable\nALTER TABLE "User" ADD COLUMN "name" TEXT;\n',
    '20230102000000_more/down.sql': 'ALTER TABLE "User" DROP COLUMN "name";\n',
    '20230103000000_broken/migration.sql': 'SELECT 1;\n',
  }

  test('has a folder for each', () => {
    expect(recognisedBy(files)).toEqual({ prisma: 'certain' })
    expect(bodiesOf(planOf('prisma', files))).toMatchObject({
      '20230101000000_init': '-- UP\n-- CreateTable\nCREATE TABLE "User" ("id" SERIAL NOT NULL);\n',
      '20230102000000_more': expect.stringContaining('-- DOWN\nALTER TABLE "User" DROP COLUMN "name";'),
    })
  })

  test('does not count what was rolled back, and has failed what has not finished', () => {
    const at = (name: string, finished: string | null, back: string | null = null) => ({
      migration_name: name,
      started_at: '2026-01-20T10:00:00+00:00',
      finished_at: finished,
      rolled_back_at: back,
    })
    const rows = [
      at('20230101000000_init', '2026-01-20T10:00:01.5+00:00'),
      at('20230102000000_more', null, '2026-01-20T11:00:00+00:00'),
      at('20230103000000_broken', null),
    ]
    const plan = planOf('prisma', files, rows)
    expect(appliedIn(plan)).toEqual({ '20230101000000_init': '2026-01-20T10:00:01.5+00:00' })
    expect(plan.files[0]?.row?.durationMs).toBe(1500)
    expect(plan.problems).toMatchObject([{ subject: 'db/20230103000000_broken/migration.sql', weight: 'obstacle' }])
  })
})

describe('node-pg-migrate', () => {
  const files = {
    '1672531200000_users.sql':
      '-- Up Migration\ncreate table users (id int);\n\n-- Down Migration\ndrop table users;\n',
    '1672617600000_plain.sql': 'select 1;\n',
    '1672704000000_code.js': 'exports.up = () => {}',
  }

  test('has both sections in a file; without marks all is UP', () => {
    expect(recognisedBy(files)).toMatchObject({ 'node-pg-migrate': 'certain' })
    const plan = planOf('node-pg-migrate', files)
    expect(bodiesOf(plan)).toEqual({
      '1672531200000_users': '-- UP\ncreate table users (id int);\n\n-- DOWN\ndrop table users;\n',
      '1672617600000_plain': '-- UP\nselect 1;\n',
    })
    expect(plan.problems).toMatchObject([{ subject: 'db/1672704000000_code.js', weight: 'choice' }])
  })

  test('finds the file of a row of its history by the name', () => {
    const rows = [{ id: '1', name: '1672531200000_users', run_on: '2026-01-20T10:00:00' }]
    expect(appliedIn(planOf('node-pg-migrate', files, rows))).toEqual({ '1672531200000_users': '2026-01-20T10:00:00' })
  })
})

describe('Drizzle', () => {
  const entries = ['0000_init', '0001_more'].map((tag, idx) => ({ idx, version: '7', when: 1672531200000 + idx, tag }))
  const files = {
    'meta/_journal.json': JSON.stringify({ version: '7', dialect: 'postgresql', entries }),
    '0000_init.sql':
      'CREATE TABLE "users" ("id" serial);\n--> statement-breakpoint\nCREATE TABLE "orders" ("id" serial)--> statement-breakpoint\nSELECT 1;',
    '0001_more.sql': 'ALTER TABLE "users" ADD COLUMN "name" text;',
    '0002_stray.sql': 'SELECT 2;',
  }

  test('goes by its journal, and loses its breakpoints', () => {
    expect(recognisedBy(files)).toMatchObject({ drizzle: 'certain' })
    const plan = planOf('drizzle', files, [{ id: '1', hash: 'x', created_at: '1672531200000' }])
    expect(bodiesOf(plan)).toEqual({
      '0000_init': '-- UP\nCREATE TABLE "users" ("id" serial);\nCREATE TABLE "orders" ("id" serial);\nSELECT 1;\n',
      '0001_more': '-- UP\nALTER TABLE "users" ADD COLUMN "name" text;\n',
    })
    expect(Object.keys(appliedIn(plan))).toEqual(['0000_init'])
    expect(plan.problems).toMatchObject([{ subject: 'db/0002_stray.sql', weight: 'note' }])
  })

  test('has folders with snapshots in newer releases', () => {
    const newer = {
      '20230101000000_init/migration.sql': 'SELECT 1;',
      '20230101000000_init/snapshot.json': '{}',
    }
    expect(recognisedBy(newer)).toEqual({ drizzle: 'certain' })
    const rows = [{ hash: 'x', created_at: '1672531200000', applied_at: '2026-01-20T10:00:00+00:00' }]
    expect(appliedIn(planOf('drizzle', newer, rows))).toEqual({ '20230101000000_init': '2026-01-20T10:00:00+00:00' })
  })
})

describe('graphile-migrate', () => {
  const files = {
    'committed/000001.sql':
      '--! Previous: -\n--! Hash: sha1:abc\n--! Message: create users\n\ncreate table users (id int);\n',
    'committed/000002-grant.sql':
      '--! Previous: sha1:abc\n--! Hash: sha1:def\n\n--! no-transaction\ngrant select on users to :DATABASE_VISITOR;\n',
    'current.sql': '-- Enter migration here\nselect 1;\n',
  }

  test('has lines of its own at the top, and what is not committed', () => {
    expect(recognisedBy(files)).toEqual({ 'graphile-migrate': 'certain' })
    const rows = [{ filename: '000001.sql', hash: 'sha1:abc', date: '2026-01-20T10:00:00+00:00' }]
    const plan = planOf('graphile-migrate', files, rows)
    expect(bodiesOf(plan)).toEqual({
      '000001_create_users': '-- UP\ncreate table users (id int);\n',
      '000002_grant': '-- UP\n-- nself: no-transaction\ngrant select on users to :DATABASE_VISITOR;\n',
    })
    expect(appliedIn(plan)).toEqual({ '000001_create_users': '2026-01-20T10:00:00+00:00' })
    expect(plan.problems.map(({ subject, weight }) => [subject, weight])).toEqual([
      ['db/committed/000002-grant.sql', 'choice'],
      ['db/current.sql', 'note'],
    ])
  })
})

test('postgres-migrations counts from 1, and its own row is 0', () => {
  const files = {
    '1-users.sql': 'create table users (id int);',
    '2_index.sql': '-- postgres-migrations disable-transaction\ncreate index concurrently i on users (id);',
  }
  expect(recognisedBy(files)).toMatchObject({ 'postgres-migrations': 'certain' })
  const rows = ['create-migrations-table', 'users'].map((name, id) => ({
    id: String(id),
    name,
    hash: 'x',
    executed_at: '2026-01-20T10:00:00',
  }))
  const plan = planOf('postgres-migrations', files, rows)
  expect(bodiesOf(plan)).toEqual({
    '1_users': '-- UP\ncreate table users (id int);\n',
    '2_index': '-- UP\n-- nself: no-transaction\ncreate index concurrently i on users (id);\n',
  })
  expect(Object.keys(appliedIn(plan))).toEqual(['1_users'])
})

test('Supabase is known by its folder', () => {
  const files = { '20230101000000_users.sql': 'create table users (id uuid references auth.users);' }
  expect(recognisedBy(files, 'supabase/migrations').supabase).toBe('certain')
  expect(recognisedBy(files, 'migrations').supabase).toBe('possible')
  const plan = planOf('supabase', files, [{ version: '20230101000000', name: 'users' }])
  expect(Object.keys(appliedIn(plan))).toEqual(['20230101000000_users'])
  expect(plan.problems).toEqual([])
})
