import { describe, expect, test } from 'vitest'
import type { Change } from '../../../src/core/schema/generated-statement.ts'
import { nameOfChange } from '../../../src/core/schema/migration-name.ts'
import { forReading } from '../../../src/core/schema/reading-order.ts'
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
    { ...change('ALTER TABLE "public"."b" RENAME TO "c"', 'public.b'), keepsPlace: true },
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

test('a foreign key goes before the key that it stands on, whichever table comes first', () => {
  const changes = [
    { ...change('ALTER TABLE "public"."a" ALTER COLUMN "x" DROP DEFAULT', 'public.a') },
    { ...change('ALTER TABLE "public"."b" DROP CONSTRAINT "b_a_fkey"', 'public.b'), freesKey: true },
    { ...change('ALTER TABLE "public"."a" DROP CONSTRAINT "a_key"', 'public.a') },
  ]
  expect(forReading(changes).map(({ sql, parts }) => parts ?? sql)).toEqual([
    changes[1]?.sql,
    [changes[2]?.sql, changes[0]?.sql],
  ])
})
