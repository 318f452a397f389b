import { describe, expect, test } from 'vitest'
import type { LiveExtension } from '../../src/core/adopt/extension-statements.ts'
import { withLiveExtensions } from '../../src/core/adopt/live-extensions.ts'
import { goose } from '../../src/core/adopt/tools/goose.ts'
import { supabase } from '../../src/core/adopt/tools/supabase.ts'

const citext: LiveExtension = { name: 'citext', schema: 'public' }
const uuid: LiveExtension = { name: 'uuid-ossp', schema: 'tools' }

const filesOf = (path: string, sql: string) => ({
  migrations: goose.parse([{ path, text: `-- +goose Up\n${sql}` }]),
  rows: [],
})
const users = filesOf('0003_users.sql', 'CREATE TABLE users (id int);')

const added = (
  live: readonly LiveExtension[],
  { source = users, tool = goose, own = [] as readonly { name: string; from: string | null }[] } = {},
) => {
  const { migrations, rows } = withLiveExtensions(source, tool, live, own)
  return { ...migrations.migrations.find(({ files }) => files.length === 0), rows: rows?.length }
}

describe('extensions that no file creates', () => {
  test('become an applied migration before the first', () => {
    const made = added([citext, uuid])
    expect(made).toMatchObject({ number: '0000', title: 'extensions', rows: 1 })
    expect(made.up?.sql).toBe(
      'CREATE SCHEMA IF NOT EXISTS "tools";\nCREATE EXTENSION IF NOT EXISTS "citext" WITH SCHEMA "public";\nCREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA "tools";\n',
    )
    expect(made.notes).toEqual(['the database has citext, uuid-ossp, and no file creates them'])
  })

  test('have no number of their own where the first file has the lowest', () => {
    expect(added([citext], { source: filesOf('0000_users.sql', 'SELECT 1;') }).number).toBeNull()
  })

  test('are also those whose statement is only in a comment', () => {
    expect(added([citext], { source: filesOf('1_a.sql', '-- CREATE EXTENSION citext;\nSELECT 1;') }).rows).toBe(1)
  })

  test.each([
    'CREATE EXTENSION citext;',
    'create  extension\n if not exists "citext";',
    "DO $$ BEGIN EXECUTE 'CREATE EXTENSION citext'; END $$;",
  ])('are not those of %j', (sql) => {
    expect(added([citext], { source: filesOf('1_a.sql', sql) }).rows).toBe(0)
  })

  test("are not the platform's, nor those that no replay can have", () => {
    expect(added([{ name: 'pgjwt', schema: 'extensions' }], { tool: supabase }).rows).toBe(0)
    expect(added([{ name: 'pg_cron', schema: 'pg_catalog' }]).rows).toBe(0)
  })

  test('stay out of files that were taken over earlier without them', () => {
    const file = { name: '0003_users', from: 'm/0003_users.sql (goose)' }
    expect(added([citext], { own: [file] }).rows).toBe(0)
    const ours = { name: '0000_extensions', from: 'the extensions of the database (goose)' }
    expect(added([citext], { own: [ours, file] }).rows).toBe(1)
  })
})
