import { describe, expect, test } from 'vitest'
import { plainChange } from '../../../src/core/schema/generated-statement.ts'
import { interruptedAt, partsUpTo } from '../../../src/core/squash/choose-parts.ts'
import { inColumnOrder } from '../../../src/core/squash/column-order.ts'
import { squashText } from '../../../src/core/squash/file-text.ts'
import { portable } from '../../../src/core/squash/portable.ts'
import { type RowsTable, referencedFirst, refuseManyRows, rowLines } from '../../../src/core/squash/row-statements.ts'

import { errorOf, file } from '../../helpers/history.ts'
import { catalog, table } from '../../helpers/schema.ts'

describe('which migrations are squashed', () => {
  const first = file('001_a')
  const files = [first, file('002_b', { dependsOn: '003_c' }), file('003_c'), file('004_d')]

  test('those up to the version, in the order in which they run', () => {
    expect(partsUpTo(files, '3').map(({ name }) => name)).toEqual(['001_a', '003_c', '002_b'])
  })

  test.each([
    ['an unknown version', files, '9', 'version 9 is unknown'],
    ['a single one', files, '1', 'up to 1 there is only 001_a'],
    ['one that needs a later one', files, '2', '002_b depends on 003_c, which comes after 2'],
    ['one without a statement', [file('001_a'), file('002_b', { up: '' })], '2', 'has no statement in UP'],
    [
      'one that takes variables',
      [file('001_a'), file('002_b', { up: "-- nself: variables who\nSELECT :'who';" })],
      '2',
      '002_b uses the variable who',
    ],
    ['a name that no header can hold', [file('001_a'), file('002_b c')], '2', 'has a blank, a comma or an @'],
    ['two of one version', [file('001_a'), file('001_b'), file('002_c')], '2', 'two migrations have the version 1'],
  ])('not %s', (_, some, to, message) => {
    expect(errorOf(() => partsUpTo(some, to)).message).toContain(message)
  })

  test('what an interrupted squash has left is known by the file that was written', () => {
    const squash = { ...file('002_squashed'), replaces: [{ version: '1', name: '001_a', checksum: null, parts: [] }] }
    expect(interruptedAt([first, squash], '2')?.parts.map(({ name }) => name)).toEqual(['001_a'])
    expect(interruptedAt([squash], '2')).toBeNull()
  })
})

describe('the statements of the schema', () => {
  test('have computed columns at their place, behind the functions that these call', () => {
    const users = table('public.users', ['id', 'upper_name', 'name'])
    const changes = [
      'CREATE TABLE "public"."users" ("id" integer NOT NULL, "name" text DEFAULT \'a, (b\', CONSTRAINT "k" CHECK ((id > 0)))',
      'CREATE OR REPLACE FUNCTION public.f(text)\n RETURNS text',
      'ALTER TABLE "public"."users" ADD COLUMN "upper_name" text GENERATED ALWAYS AS (public.f(name)) STORED',
    ].map((sql) => plainChange(sql, sql.includes('users') ? 'public.users' : null))
    expect(inColumnOrder(changes, catalog(users)).map(({ sql }) => sql)).toEqual([
      'CREATE OR REPLACE FUNCTION public.f(text)\n RETURNS text',
      'CREATE TABLE "public"."users" ("id" integer NOT NULL, "upper_name" text GENERATED ALWAYS AS (public.f(name)) STORED, "name" text DEFAULT \'a, (b\', CONSTRAINT "k" CHECK ((id > 0)))',
    ])
  })

  test.each([
    ['CREATE EXTENSION "citext" SCHEMA "public"', 'CREATE EXTENSION IF NOT EXISTS "citext" SCHEMA "public"'],
    ['CREATE SCHEMA "shop"', 'CREATE SCHEMA IF NOT EXISTS "shop"'],
    [
      'ALTER DEFAULT PRIVILEGES FOR ROLE "me" GRANT SELECT ON TABLES TO PUBLIC',
      'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC',
    ],
    [
      'ALTER DEFAULT PRIVILEGES FOR ROLE "you" GRANT SELECT ON TABLES TO PUBLIC',
      'ALTER DEFAULT PRIVILEGES FOR ROLE "you" GRANT SELECT ON TABLES TO PUBLIC',
    ],
    [
      "ALTER TABLE t ADD CHECK (((m)::text = ANY ((ARRAY['a'::character varying, 'b]'::character varying])::text[])))",
      "ALTER TABLE t ADD CHECK (((m)::text = ANY ((ARRAY['a'::character varying, 'b]'::character varying]::character varying[])::text[])))",
    ],
    [
      "CREATE FUNCTION f() RETURNS text[] LANGUAGE sql AS $$SELECT (ARRAY['a'::varchar])::text[]$$",
      "CREATE FUNCTION f() RETURNS text[] LANGUAGE sql AS $$SELECT (ARRAY['a'::varchar])::text[]$$",
    ],
  ])('run on another server: %s', (sql, as) => {
    expect(portable(plainChange(sql, null), 'me').sql).toBe(as)
  })
})

describe('rows', () => {
  const rowsTable = (name: string, more: Partial<RowsTable> = {}): RowsTable => {
    return {
      name,
      columns: [{ name: 'id', plain: true }],
      insists: false,
      hidesFromOwner: false,
      triggers: [],
      rules: [],
      references: [],
      ...more,
    }
  }

  test('come after those that they refer to, and circles end', () => {
    const [a, b, c] = [
      rowsTable('a', { references: ['b'] }),
      rowsTable('b', { references: ['c', 'nowhere'] }),
      rowsTable('c', { references: ['b'] }),
    ]
    expect(referencedFirst([a, b, c]).map(({ name }) => name)).toEqual(['c', 'b', 'a'])
  })

  test('are inserted without what would run for them, into columns that insist on their own values too', () => {
    const users = rowsTable('public.users', {
      insists: true,
      triggers: [{ name: 'audit', state: 'ENABLE ALWAYS' }],
      rules: [{ name: 'also', state: 'ENABLE' }],
    })
    expect(rowLines(users, ['(1)', '(2)'])).toEqual([
      'ALTER TABLE public.users DISABLE TRIGGER audit;',
      'ALTER TABLE public.users DISABLE RULE also;',
      'INSERT INTO public.users (id) OVERRIDING SYSTEM VALUE VALUES',
      '  (1),',
      '  (2);',
      'ALTER TABLE public.users ENABLE ALWAYS TRIGGER audit;',
      'ALTER TABLE public.users ENABLE RULE also;',
      '',
    ])
    const forced = rowsTable('t', { hidesFromOwner: true })
    expect(rowLines(forced, ['(1)'])).toEqual([
      'ALTER TABLE t NO FORCE ROW LEVEL SECURITY;',
      'INSERT INTO t (id) VALUES',
      '  (1);',
      'ALTER TABLE t FORCE ROW LEVEL SECURITY;',
      '',
    ])
    expect(rowLines(rowsTable('t', { columns: [] }), ['()'])).toEqual(['INSERT INTO t DEFAULT VALUES;', ''])
    expect(rowLines(users, [])).toEqual([])
  })

  test('are refused where a file would not be read any more', () => {
    const error = errorOf(() => refuseManyRows([{ name: 'public.cities', rows: 140_000, bytes: 9_000_000 }]))
    expect(error.message).toContain(
      'take 9 MB, more than the 2 MB that a squashed file may hold: public.cities (140,000 rows)',
    )
    expect(() => refuseManyRows([{ name: 'public.cities', rows: 10, bytes: 100 }])).not.toThrow()
  })
})

test('what reaches beyond the database is carried over: roles first, the rest last', () => {
  const text = squashText({
    name: '002_squashed',
    now: '20260122000000',
    parts: [file('001_a'), file('002_b')],
    schema: ['CREATE TABLE t ();', ''],
    references: ['ALTER TABLE t ADD FOREIGN KEY (id) REFERENCES u;', ''],
    commits: false,
    carried: [
      { migration: '001_a', what: 'a call of cron.schedule', sql: "SELECT cron.schedule('x')" },
      { migration: '002_b', what: 'CREATE ROLE', sql: 'CREATE ROLE app' },
    ],
    rows: ['INSERT INTO t DEFAULT VALUES;', ''],
  })
  const at = [
    '-- replaces: 001_a@',
    '-- UP',
    'CREATE ROLE app;',
    'CREATE TABLE t ();',
    'INSERT INTO t',
    'ADD FOREIGN KEY',
    'SELECT cron.schedule',
  ]
  const places = at.map((part) => text.indexOf(part))
  expect(places).toEqual(places.toSorted((one, other) => one - other))
  expect(places[0]).toBeGreaterThan(0)
  expect(text).toContain('-- ! Not proven, it reaches beyond the database; from 002_b')
})
