import { expect, test } from 'vitest'
import { withColumns } from '../../../src/core/online/replace-column.ts'
import { onlineSeries } from '../../../src/core/online/series.ts'
import { TablesInUse } from '../../../src/core/online/tables-in-use.ts'
import type { Table } from '../../../src/core/schema/catalog.ts'
import { placedChange, plainChange } from '../../../src/core/schema/generated-statement.ts'
import { catalogOf, columnOf, constraintOf, tableOf } from '../../helpers/catalog.ts'

const key = constraintOf('primary key', 'users_pkey', 'PRIMARY KEY (id)', { columns: ['id'] })
const usersWith = (type: string, more: Partial<Table> = {}) =>
  tableOf('users', [columnOf('id', 'bigint', { notNull: true }), columnOf('size', type)], {
    constraints: [key],
    ...more,
  })
const change = (sql: string) => plainChange(sql, 'public.users')
const toBigint = 'ALTER TABLE "public"."users" ALTER COLUMN "size" TYPE bigint USING "size"::bigint'
const toInteger = 'ALTER TABLE "public"."users" ALTER COLUMN "size" TYPE integer USING "size"::integer'

const seriesOf = (more: Partial<Table> = {}, ups: string[] = [], downs: string[] = []) =>
  onlineSeries(
    [{ up: [...ups, toBigint].map(change), down: [...downs, toInteger].map(change) }],
    new TablesInUse(catalogOf({ tables: [usersWith('integer', more)] }), [usersWith('bigint', more)]),
  )

test('a value that does not fit the old type any more does not fail whoever writes it', () => {
  const sql = seriesOf().drafts.flatMap(({ up }) => up.map((one) => one.sql))
  const [before, after] = sql.filter((text) => text.startsWith('CREATE FUNCTION'))
  expect(before).toContain('NEW."nself_new_size" := NEW."size"::bigint;')
  expect(before).not.toContain('EXCEPTION')
  expect(after).toContain('NEW."nself_old_size" := NEW."size"::integer;\n  EXCEPTION WHEN data_exception THEN')
})

test('the way back stops before the switch where a value does not fit the former type, which would be lost', () => {
  const down =
    seriesOf()
      .drafts.find(({ suffix }) => suffix === 'switch')
      ?.down.map(({ sql }) => sql) ?? []
  expect(down[0]).toContain('WHERE "nself_old_size" IS NULL AND "size" IS NOT NULL) THEN RAISE')
  expect(down[0]).toContain('rows of users break the former type of size')
  expect(down[1]).toBe('BEGIN')
})

test('a table that is walked in batches needs a key that is never empty', () => {
  const unique = constraintOf('unique', 'users_key', 'UNIQUE (size)', { columns: ['size'] })
  const message = /^users\.size cannot change online: users has no key by which batches can go through its rows$/
  expect(() => seriesOf({ constraints: [] })).toThrow(message)
  expect(() => seriesOf({ constraints: [unique] })).toThrow(message)
})

test('a column that changes more than its type is refused, and so is one that is renamed with it', () => {
  expect(() =>
    seriesOf(
      {},
      ['ALTER TABLE "public"."users" ADD CONSTRAINT "c" CHECK ((size > 0))'],
      ['ALTER TABLE "public"."users" DROP CONSTRAINT "c"'],
    ),
  ).toThrow(/^users\.size gets another type, and more of it changes in the same step/)
  const rename = placedChange('ALTER TABLE "public"."users" RENAME COLUMN "age" TO "size"', 'public.users')
  const facts = new TablesInUse(catalogOf({ tables: [usersWith('integer')] }), [usersWith('bigint')])
  expect(() => onlineSeries([{ up: [rename, change(toBigint)], down: [change(toInteger)] }], facts)).toThrow(
    /in the same step/,
  )
})

test('what cannot be made a second time leaves the change as it is planned, and told', () => {
  const views = ['DROP VIEW "public"."v"', 'CREATE VIEW "public"."v" AS SELECT size FROM public.users']
  expect(seriesOf({}, views, views).blocking.map(({ sql }) => sql)).toEqual([toBigint])
  const exclusion = constraintOf('exclusion', 'e', 'EXCLUDE USING gist (size WITH =)', { columns: ['size'] })
  expect(seriesOf({ constraints: [key, exclusion] }).blocking).toHaveLength(1)
})

test('columns that take the names of each other are renamed as planned, and told', () => {
  const table = tableOf(
    'users',
    [columnOf('id', 'bigint', { notNull: true }), columnOf('a', 'text'), columnOf('b', 'text')],
    {
      constraints: [key],
    },
  )
  const rename = (from: string, to: string) => ({
    ...change(`ALTER TABLE "public"."users" RENAME COLUMN "${from}" TO "${to}"`),
    keepsPlace: true,
  })
  const facts = new TablesInUse(catalogOf({ tables: [table] }), [table])
  const swapped = ['a b', 'b a'].map((pair) => rename(pair[0] ?? '', pair[2] ?? ''))
  expect(onlineSeries([{ up: swapped, down: swapped }], facts).blocking).toHaveLength(2)
  const { blocking, drafts } = onlineSeries([{ up: [rename('old', 'a')], down: [rename('a', 'old')] }], facts)
  expect(blocking).toEqual([])
  expect(drafts.map(({ suffix, contract }) => `${suffix} ${contract}`)).toEqual([
    'mirror false',
    'fill_users_a false',
    'rename_back_users_a true',
    'rename_last_users_a true',
  ])
})

test.each([
  ['(a, lower(a), "a")', '("b", lower("b"), "b")'],
  ["((a)::text <> 'a'::text)", '(("b")::text <> \'a\'::text)'],
  ['((x)::a > a(x))', '((x)::a > a(x))'],
  ['(t.a IS NULL)', '(t.a IS NULL)'],
])('names of columns are told from other words: %s', (sql, expected) => {
  expect(withColumns(sql, (name) => (name === 'a' ? 'b' : null))).toBe(expected)
})

test('a value of an enum that goes online asks what rows become, and is left as planned where nobody can say it', () => {
  const kind = (labels: string[]) => ({ schema: 'public', name: 'kind', labels, comment: null })
  const [before, after] = [kind(['a', 'b']), kind(['a'])]
  const tables = [usersWith('public.kind')]
  const inUse = new TablesInUse(catalogOf({ tables, enums: [before] }), tables, { enums: [after] })
  const plan = [
    {
      up: [
        'ALTER TYPE "public"."kind" RENAME TO "kind__old"',
        `CREATE TYPE "public"."kind" AS ENUM ('a')`,
        'ALTER TABLE "public"."users" ALTER COLUMN "size" TYPE public.kind USING "size"::text::public.kind',
        'DROP TYPE "public"."kind__old"',
      ].map(change),
      down: [change(`ALTER TYPE "public"."kind" ADD VALUE 'b' AFTER 'a'`)],
    },
  ]
  expect(() => onlineSeries(plan, inUse, [])).toThrow(
    'kind.b cannot go online: nobody has said what rows of users.size become that hold it',
  )
  const becomes = [{ schema: 'public', ofEnum: 'kind', name: 'b', to: 'a' }]
  expect(onlineSeries(plan, inUse, becomes).blocking).toEqual([])
  expect(
    onlineSeries(plan, inUse, null)
      .drafts.flatMap(({ up }) => up)
      .map(({ sql }) => sql),
  ).toEqual(plan[0]?.up.map(({ sql }) => sql))
})

test('a column is told from a type of its name in what computes a value of it', () => {
  const forth = 'ALTER TABLE "public"."users" ALTER COLUMN "size" TYPE "size" USING "size"::text::public."size"'
  const inUse = new TablesInUse(catalogOf({ tables: [usersWith('text')] }), [usersWith('public."size"')])
  const { drafts } = onlineSeries([{ up: [change(forth)], down: [change(toInteger)] }], inUse)
  const made = drafts.flatMap(({ up }) => up).find(({ sql }) => sql.startsWith('CREATE FUNCTION'))
  expect(made?.sql).toContain('NEW."nself_new_size" := NEW."size"::text::public."size";')
})
