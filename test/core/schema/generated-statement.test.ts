import { describe, expect, test } from 'vitest'
import type { Catalog, Table } from '../../../src/core/schema/catalog.ts'
import type { Change } from '../../../src/core/schema/generated-statement.ts'
import { forReading } from '../../../src/core/schema/generated-statement.ts'
import { nameOfChange } from '../../../src/core/schema/migration-name.ts'
import { effectOfType, effectsOf, obstaclesOf } from '../../../src/core/schema/statement-effects.ts'
import { plainNames } from '../../../src/core/sql/plain-names.ts'

const change = (sql: string, table: string | null = null, commitsFirst = false): Change => ({
  sql,
  table,
  commitsFirst,
  freesKey: false,
})

test('statements of one table stand together, values of enums first, references last, and nothing passes a barrier', () => {
  const changes = [
    change('CREATE TABLE "public"."a" ()', 'public.a'),
    change('CREATE TABLE "public"."b" ()', 'public.b'),
    change('ALTER TABLE "public"."b" ADD CONSTRAINT "f" FOREIGN KEY (x) REFERENCES "public"."a"', 'public.b'),
    change('CREATE INDEX "i" ON "public"."a" (x)', 'public.a'),
    change('CREATE VIEW "public"."v" AS SELECT 1'),
    change('ALTER TABLE "public"."a" DROP COLUMN "y"', 'public.a'),
    change("ALTER TYPE mood ADD VALUE 'x'", null, true),
  ]
  expect(forReading(changes).map((item) => changes.indexOf(item))).toEqual([6, 0, 3, 1, 4, 5, 2])
})

test('nothing passes a rename: what stands before it uses the one name, what stands behind it the other', () => {
  const changes = [
    change('ALTER TABLE "public"."a" ADD CONSTRAINT "f" FOREIGN KEY (x) REFERENCES "public"."b"', 'public.a'),
    { ...change('ALTER TABLE "public"."b" RENAME TO "c"', 'public.b'), renames: true },
    change('ALTER TABLE "public"."a" ADD CONSTRAINT "g" FOREIGN KEY (x) REFERENCES "public"."c"', 'public.a'),
    change('CREATE TABLE "public"."d" ()', 'public.d'),
  ]
  expect(forReading(changes).map((item) => changes.indexOf(item))).toEqual([0, 1, 3, 2])
})

describe('a name for a migration', () => {
  const item = (sign: '+' | '-' | '~', kind: string, name: string) => ({ sign, kind, name, traits: [] })
  test.each([
    [[item('+', 'table', 'posts')], 'create_posts'],
    [[item('-', 'table', 'a'), item('-', 'table', 'b')], 'drop_a_and_b'],
    [[item('+', 'column', 'users.email')], 'add_email_to_users'],
    [[item('-', 'column', 'app.users.email')], 'drop_email_from_users'],
    [[item('~', 'column', 'users.email')], 'change_users_email'],
    [[item('+', 'column', 'users.a'), item('-', 'column', 'users.b')], 'change_users'],
    [[item('+', 'table', 'a'), item('-', 'table', 'b')], 'update_schema'],
    [[item('+', 'table', 'Ünï "x"')], 'create_n_x'],
    [[item('+', 'table', '表')], 'update_schema'],
  ])('of %j is %s', (differences, name) => expect(nameOfChange(differences)).toBe(name))
})

test('names lose their quotes where they need none, and nothing else changes', () => {
  const reserved = new Set(['user', 'order'])
  expect(
    plainNames(`"public"."users"."user" 'a "b"' $$ "c" $$ "Odd" "a""b" -- "d"\n"x"::character varying(3)`, reserved),
  ).toBe(`public.users."user" 'a "b"' $$ "c" $$ "Odd" "a""b" -- "d"\nx::varchar(3)`)
})

describe('what a statement does to rows', () => {
  const users = {
    schema: 'public',
    name: 'users',
    columns: [{ name: 'name', type: 'text' }],
  } as unknown as Table
  const before = { serverVersion: 180000, enums: [], tables: [users], others: [], details: [], access: [] } as Catalog
  const on = (action: string, table = 'users') => effectsOf(`ALTER TABLE "public"."${table}" ${action}`, before).join()

  test.each([
    ['DROP COLUMN "name"', 'All values of this column are lost'],
    ['ALTER COLUMN "name" SET NOT NULL', 'Fails when a row has no value here'],
    ['ADD COLUMN "x" text NOT NULL', 'Fails when the table has rows'],
    ['ADD COLUMN "x" text NOT NULL DEFAULT \'a\'', ''],
    ['ADD COLUMN "x" uuid DEFAULT gen_random_uuid()', 'Writes the whole table anew'],
    ['ADD CONSTRAINT "u" UNIQUE ("name")', 'Fails when two rows have the same values'],
    ['ADD CONSTRAINT "c" CHECK (true)', 'Fails when a row breaks it'],
    ['ALTER COLUMN "name" TYPE varchar(5)', 'longer than 5 characters'],
  ])('%s', (action, effect) => expect(on(action)).toContain(effect))

  test('of DOWN, what can stop it', () => {
    const obstacles = (action: string) => obstaclesOf(`ALTER TABLE "public"."users" ${action}`, before).join()
    expect(obstacles('DROP COLUMN "name"')).toBe('')
    expect(obstacles('ADD COLUMN "x" text NOT NULL')).toContain('Fails when the table has rows')
    expect(obstacles('ALTER COLUMN "name" TYPE integer')).toContain('fails when a value does not fit')
  })

  test('of a new table, nothing', () => expect(on('ADD CONSTRAINT "u" UNIQUE ("name")', 'posts')).toBe(''))

  test.each([
    ['character varying(10)', 'character varying(20)', 'keeps all values; writes nothing anew'],
    ['character varying(20)', 'character varying(10)', 'longer than 10'],
    ['integer', 'bigint', 'keeps all values'],
    ['bigint', 'integer', 'fails when a value does not fit'],
    ['numeric(10,4)', 'numeric(10,2)', 'rounded'],
    ['real', 'integer', 'rounded'],
    ['uuid', 'text', 'keeps all values; writes the whole table anew'],
    ['timestamp without time zone', 'timestamp with time zone', 'time zone of the session'],
  ])('%s to %s', (from, to, effect) => expect(effectOfType(from, to)).toContain(effect))
})

test('a foreign key goes before the key that it stands on, whichever table comes first', () => {
  const changes = [
    { ...change('ALTER TABLE "public"."a" ALTER COLUMN "x" DROP DEFAULT', 'public.a') },
    { ...change('ALTER TABLE "public"."b" DROP CONSTRAINT "b_a_fkey"', 'public.b'), freesKey: true },
    { ...change('ALTER TABLE "public"."a" DROP CONSTRAINT "a_key"', 'public.a') },
  ]
  expect(forReading(changes).map(({ sql }) => sql)).toEqual([changes[1]?.sql, changes[0]?.sql, changes[2]?.sql])
})
