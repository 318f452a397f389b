import { describe, expect, test } from 'vitest'
import { effectsOf, obstaclesOf } from '../../../src/core/schema/statement-effects.ts'
import { catalog, table } from '../../helpers/schema.ts'

const domain = { kind: 'domain', schema: 'public', name: 'd', table: null, definition: 'text', comment: null } as const
const checked = { ...domain, name: 'checked', definition: 'text CONSTRAINT c CHECK ((VALUE > 0))' } as const
const functionOf = (name: string, how: string) =>
  ({
    ...domain,
    kind: 'function',
    name: `${name}()`,
    definition: `CREATE OR REPLACE FUNCTION public.${name}()\n RETURNS integer\n LANGUAGE sql\n${how}AS $function$ SELECT 4 $function$\n`,
  }) as const
const before = {
  ...catalog(
    table('users', ['id integer', 'name character varying(20)', 'odd"name text']),
    table('all_users', ['id integer']),
  ),
  others: [domain, checked, functionOf('rolled', ''), functionOf('fixed', ' STABLE STRICT\n')],
}

describe('what a generated statement does to rows and users is told:', () => {
  test.each([
    ['DROP TABLE "public"."users"', /^All rows of this table are lost/],
    ['ALTER TABLE "public"."users" DROP COLUMN "name"', /^All values of this column are lost/],
    ['ALTER TABLE "public"."users" ALTER COLUMN "name" SET NOT NULL', /^Fails if any row has no value here/],
    ['ALTER TABLE "public"."users" ADD CONSTRAINT n NOT NULL "name"', /^Fails if any row has no value here/],
    ['ALTER TABLE "public"."users" ADD COLUMN "age" integer NOT NULL', /^Fails if the table has rows/],
    ['ALTER TABLE "public"."users" ADD COLUMN "key" uuid DEFAULT gen_random_uuid()', /^Rewrites the whole table/],
    [
      'ALTER TABLE "public"."users" ADD CONSTRAINT "f" FOREIGN KEY ("id") REFERENCES "public"."t"("id")',
      /references a missing parent/,
    ],
    ['ALTER TABLE "public"."users" ADD CONSTRAINT "u" UNIQUE ("name")', /two rows have the same values/],
    ['ALTER TABLE "public"."users" ADD CONSTRAINT "c" CHECK ((id > 0))', /any row violates it/],
    ['CREATE INDEX "i" ON "public"."users" ("name")', /^Blocks writes to the table/],
    ['CREATE UNIQUE INDEX "i" ON "public"."users" ("name")', /^Fails if two rows have the same values/],
    [
      'ALTER TABLE "public"."users" ALTER COLUMN "name" TYPE integer USING name::integer',
      /fails if a value does not fit/,
    ],
    ['ALTER TABLE "public"."users" ALTER COLUMN "odd""name" TYPE integer', /^Was text:/],
    ['ALTER TABLE "public"."users" SET UNLOGGED', /^Rewrites the whole table/],
    [
      'ALTER DOMAIN "public"."d" ADD CONSTRAINT "c" CHECK ((VALUE > 0))',
      /^Fails if any value of this type violates it\. Scans all tables with such columns, and blocks writes/,
    ],
    ['ALTER DOMAIN "public"."d" SET NOT NULL', /blocks writes to them/],
    [
      'ALTER TABLE "public"."users" ADD COLUMN "n" integer DEFAULT public.rolled() NOT NULL',
      /^Rewrites the whole table/,
    ],
    ['ALTER TABLE "public"."users" ADD COLUMN "n" "public"."checked"', /^Rewrites the whole table/],
    [
      'ALTER TABLE "public"."users" ADD CONSTRAINT "e" EXCLUDE USING gist ("id" WITH =)',
      /^Fails if two rows exclude each other\. Nobody can use the table while the index is built/,
    ],
    [
      'ALTER TABLE "public"."all_users" ATTACH PARTITION "public"."users" DEFAULT',
      /^Fails if any row of the partition is out of these bounds\. Scans the partition/,
    ],
    [
      'ALTER TABLE "public"."users" ALTER COLUMN "name" TYPE "public"."state" USING "name"::text::"public"."state"',
      /^Fails if any row has a value that the type no longer has\. Rewrites the whole table/,
    ],
    [
      `ALTER TABLE "public"."users" ALTER COLUMN "name" TYPE "public"."state" USING (CASE "name"::text WHEN 'a' THEN 'b' ELSE "name"::text END)::"public"."state"`,
      /^Replaces values as written here; fails if any row has another .* Rewrites the whole table/,
    ],
    [
      `ALTER TABLE "public"."users" ALTER COLUMN "name" TYPE "public"."state"[] USING array_replace("name"::text[], 'a', 'b')::"public"."state"[]`,
      /^Replaces values as written here; fails if any row has another .* Rewrites the whole table/,
    ],
    [
      'ALTER TABLE "public"."users" ALTER COLUMN "name" TYPE integer USING "name"::text::integer',
      /^Was varchar\(20\): values may be written differently; fails if a value does not fit/,
    ],
  ])('%s', (sql, told) => {
    expect(effectsOf({ sql }, before)).toEqual([expect.stringMatching(told)])
  })
})

describe('what is quick and loses nothing is not told of:', () => {
  test.each([
    'ALTER TABLE "public"."users" ADD COLUMN "age" integer',
    'ALTER TABLE "public"."users" ADD COLUMN "age" integer DEFAULT 0 NOT NULL',
    'ALTER TABLE "public"."users" ADD COLUMN "age" integer GENERATED ALWAYS AS (("id" + 1)) VIRTUAL',
    'ALTER TABLE "public"."users" ADD CONSTRAINT n NOT NULL "name" NOT VALID',
    'ALTER TABLE "public"."users" ALTER COLUMN "name" DROP NOT NULL',
    'ALTER TABLE "public"."users" RENAME COLUMN "name" TO "title"',
    'CREATE INDEX "i" ON "public"."made_by_this_migration" ("name")',
    'ALTER TABLE "public"."made_by_this_migration" ADD CONSTRAINT "u" UNIQUE ("name")',
    'CREATE TABLE "public"."t" ("a" integer)',
    'ALTER DOMAIN "public"."made_by_this_migration" ADD CONSTRAINT "c" CHECK ((VALUE > 0))',
    'ALTER DOMAIN "public"."d" ADD CONSTRAINT "c" CHECK ((VALUE > 0)) NOT VALID',
    'ALTER TABLE "public"."users" ADD COLUMN "n" integer DEFAULT public.fixed()',
    'ALTER TABLE "public"."users" ADD COLUMN "n" "public"."d"',
    'ALTER TABLE "public"."users" ATTACH PARTITION "public"."made_by_this_migration" DEFAULT',
  ])('%s', (sql) => {
    expect(effectsOf({ sql }, before)).toEqual([])
  })
})

test('of a DOWN that can fail it is told what it costs others, in a statement of several parts too', () => {
  const parts = ['ALTER COLUMN "name" DROP DEFAULT', 'ALTER COLUMN "name" TYPE varchar(2)'].map(
    (part) => `ALTER TABLE "public"."users" ${part}`,
  )
  expect(obstaclesOf({ sql: parts.join('; '), parts }, before).at(-1)).toBe(
    'Rewrites the whole table, which nobody can use meanwhile.',
  )
})

test('of a DOWN only what can make it fail is told', () => {
  expect(obstaclesOf({ sql: 'ALTER TABLE "public"."users" DROP COLUMN "name"' }, before)).toEqual([])
  expect(obstaclesOf({ sql: 'ALTER TABLE "public"."users" ALTER COLUMN "name" SET NOT NULL' }, before)).toHaveLength(1)
})

describe('a change of type is judged:', () => {
  test.each([
    ['character varying(10)', 'character varying(20)', /keeps all values; rewrites nothing/],
    ['character varying(10)', 'text', /keeps all values; rewrites nothing/],
    ['character varying(20)', 'character varying(10)', /fails if a value is longer than 10 characters/],
    ['integer', 'bigint', /keeps all values. Rewrites the whole table/],
    ['bigint', 'integer', /fails if a value does not fit/],
    ['integer', 'text', /keeps all values. Rewrites the whole table/],
    ['numeric(12,4)', 'numeric(12,2)', /values are rounded/],
    ['numeric', 'integer', /values are rounded/],
    ['timestamp without time zone', 'timestamp with time zone', /time zone of the session/],
    ['text', 'jsonb', /fails if a value does not fit/],
    ['character(5)', 'character varying(5)', /blanks at the end of values are lost. Rewrites the whole table/],
    ['numeric(12,2)', 'numeric(14,2)', /keeps all values; rewrites nothing/],
  ])('%s to %s', (from, to, told) => {
    const sql = `ALTER TABLE "public"."t" ALTER COLUMN "c" TYPE ${to}`
    expect(effectsOf({ sql }, catalog(table('t', [`c ${from}`])))).toEqual([expect.stringMatching(told)])
  })
})

test('of a statement of several parts each is told by its column, and once that the table is rewritten', () => {
  const parts = [
    'ALTER TABLE "public"."users" ALTER COLUMN "id" TYPE bigint USING "id"::bigint',
    'ALTER TABLE "public"."users" ALTER COLUMN "name" SET NOT NULL',
    'ALTER TABLE "public"."users" ADD COLUMN "note" text',
  ]
  expect(effectsOf({ sql: '', parts }, before)).toEqual([
    'id: was integer: keeps all values.',
    'name: fails if any row has no value here: fill the column first.',
    'Rewrites the whole table, which nobody can use meanwhile.',
  ])
})
