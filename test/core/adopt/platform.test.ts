import { describe, expect, test } from 'vitest'
import { type Platform, usedPlatform, withPlatform } from '../../../src/core/adopt/platform.ts'
import { toolNamed } from '../../helpers/adopt.ts'

const supabase = toolNamed('supabase')
const sourceOf = (sql: string, path = '20240101000000_a.sql') => supabase.parse([{ path, text: sql }])
const used = (sql: string) => usedPlatform(supabase, sourceOf(sql), [])

describe('what files use of a platform', () => {
  test.each([
    ['a table', 'create table a (id uuid references auth.users);', ['auth']],
    ['a function', 'select auth.uid(), "storage"."foldername"(name);', ['auth', 'storage']],
    ['a type of an extension', 'create table a (x extensions.citext);', ['extensions']],
    ['nothing: a comment', '-- auth.users\ncreate table a (auth text);', undefined],
    ['nothing: a table of that name', 'select a.auth.x from a join my.storage.y;', undefined],
  ])('is %s', (_, sql, schemas) => {
    expect(used(sql)?.schemas).toEqual(schemas)
  })

  test('is the publication that it makes, too', () => {
    expect(used('alter publication supabase_realtime add table a;')).toEqual({
      schemas: [],
      publications: ['supabase_realtime'],
    })
  })

  test('is nothing for a tool without a platform, and for files that were taken over without one', () => {
    const source = sourceOf('select auth.uid();')
    expect(usedPlatform(toolNamed('goose'), source, [])).toBeNull()
    expect(usedPlatform(supabase, source, [{ name: '20240101000000_a', from: 'a.sql (supabase)' }])).toBeNull()
  })
})

describe('the migration for a platform', () => {
  const platform: Platform = {
    schemas: ['extensions', 'auth'],
    extensions: [{ name: 'citext', schema: 'extensions' }],
    publications: [],
    lines: ['CREATE SCHEMA auth;', "COMMENT ON SCHEMA auth IS '$platform$';"],
  }
  const withIt = (path?: string) => withPlatform({ migrations: sourceOf('select 1;', path), rows: [] }, platform)

  test('is the first, applied, and does nothing where the schema is there', () => {
    const { migrations, rows } = withIt()
    expect(migrations.migrations.map(({ number }) => number)).toEqual(['00000000000000', '20240101000000'])
    expect(rows).toHaveLength(1)
    expect(migrations.migrations[0]?.up.sql).toBe(
      `CREATE SCHEMA IF NOT EXISTS "extensions";
CREATE EXTENSION IF NOT EXISTS "citext" WITH SCHEMA "extensions";
DO $platform1$
BEGIN
IF to_regnamespace('auth') IS NOT NULL THEN
  RETURN;
END IF;
CREATE SCHEMA auth;
COMMENT ON SCHEMA auth IS '$platform$';
END
$platform1$;
`,
    )
  })

  test('has no number of its own where the first file has the lowest', () => {
    expect(withIt('0_a.sql').migrations.migrations[0]?.number).toBeNull()
  })
})
