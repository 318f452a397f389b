import { describe, expect, test } from 'vitest'
import { onlineSeries } from '../../../src/core/online/series.ts'
import { TablesInUse } from '../../../src/core/online/tables-in-use.ts'
import type { Access } from '../../../src/core/schema/catalog.ts'
import { plainChange } from '../../../src/core/schema/generated-statement.ts'
import { catalogOf, columnOf, constraintOf, tableOf } from '../../helpers/catalog.ts'

const users = tableOf('users', [columnOf('id', 'integer', { notNull: true }), columnOf('note', 'text')], {
  constraints: [constraintOf('primary key', 'users_pkey', 'PRIMARY KEY (id)', { columns: ['id'] })],
})
const parted = tableOf('parted', [columnOf('note', 'text')], { kind: 'partitioned', partitionKey: 'LIST (note)' })
const elsewhere = tableOf('elsewhere', [], {
  kind: 'partition',
  inherits: [{ schema: 'public', name: 'parted' }],
  settings: { server: 'far' },
})
const tables = [users, parted, elsewhere]
const facts = new TablesInUse(catalogOf({ tables }), tables)
const alter = (action: string, table = 'users') =>
  plainChange(`ALTER TABLE "public"."${table}" ${action}`, `public.${table}`)
const plan = (up: string[], down: string[], table = 'users') => [
  { up: up.map((action) => alter(action, table)), down: down.map((action) => alter(action, table)) },
]
const series = (drafts: ReturnType<typeof plan>) =>
  onlineSeries(drafts, facts).drafts.map(({ suffix, headers, up, down }) => ({
    step: suffix,
    headers,
    up: up.map(({ sql }) => sql.replace('ALTER TABLE "public"."users" ', '')),
    down: down.map(({ sql }) => sql.replace('ALTER TABLE "public"."users" ', '')),
  }))

test('NOT NULL is a CHECK first, once no row breaks it, and is validated in the next file, each statement by itself', () => {
  const rule = 'ADD CONSTRAINT "nself_note_not_null" CHECK ("note" IS NOT NULL) NOT VALID'
  const drop = 'DROP CONSTRAINT IF EXISTS "nself_note_not_null"'
  const apart = ['nself: no-transaction', 'nself: lock-timeout 500ms']
  expect(series(plan(['ALTER COLUMN "note" SET NOT NULL'], ['ALTER COLUMN "note" DROP NOT NULL']))).toEqual([
    {
      step: 'check',
      headers: { up: apart, down: ['nself: lock-timeout 500ms'] },
      up: [expect.stringMatching(/^DO .* WHERE "note" IS NULL\) THEN RAISE check_violation /), rule],
      down: [drop],
    },
    {
      step: 'validate',
      headers: { up: apart, down: apart },
      up: ['VALIDATE CONSTRAINT "nself_note_not_null"', 'ALTER COLUMN "note" SET NOT NULL', drop],
      down: [`${drop}, ${rule}`, 'ALTER COLUMN "note" DROP NOT NULL'],
    },
  ])
})

test.each([
  ['UNIQUE (note)', '', '(note)', 'UNIQUE'],
  ['UNIQUE NULLS NOT DISTINCT (note) INCLUDE (id)', ' NULLS NOT DISTINCT', '(note) INCLUDE (id)', 'UNIQUE'],
  ['PRIMARY KEY (note) DEFERRABLE INITIALLY DEFERRED', '', '(note)', 'PRIMARY KEY', ' DEFERRABLE INITIALLY DEFERRED'],
])('%s takes an index that was built CONCURRENTLY', (definition, nulls, columns, kind, deferred = '') => {
  const [only, ...more] = series(plan([`ADD CONSTRAINT "k" ${definition}`], ['DROP CONSTRAINT "k"']))
  expect(more).toEqual([])
  expect(only).toMatchObject({
    up: [
      `CREATE UNIQUE INDEX CONCURRENTLY "k" ON "public"."users" ${columns}${nulls}`,
      `ADD CONSTRAINT "k" ${kind} USING INDEX "k"${deferred}`,
    ],
    down: ['DROP CONSTRAINT IF EXISTS "k"', 'DROP INDEX CONCURRENTLY IF EXISTS "public"."k"'],
  })
})

test.each([
  ['an exclusion constraint', 'ADD CONSTRAINT "e" EXCLUDE USING gist (note WITH =)', 'DROP CONSTRAINT "e"', 'users'],
  [
    'a column that is computed for each row',
    'ADD COLUMN "n" bigint GENERATED ALWAYS AS (id * 2) STORED',
    'DROP COLUMN "n"',
    'users',
  ],
  [
    'a reference of a partitioned table, one of whose partitions is a foreign table',
    'ADD CONSTRAINT "f" FOREIGN KEY (note) REFERENCES public.users(note)',
    'DROP CONSTRAINT "f"',
    'parted',
  ],
])('%s has no online way: it stays as it is, and is told', (_, up, down, table) => {
  const { drafts, blocking } = onlineSeries(plan([up], [down], table), facts)
  expect(drafts).toHaveLength(1)
  expect(blocking.map(({ sql }) => sql)).toEqual([`ALTER TABLE "public"."${table}" ${up}`])
  expect(drafts[0]?.up[0]?.remarks?.at(-1)).toBe('There is no known way to do this online.')
})

test('a text that loses its limit is quick, and its way back is told, which is not', () => {
  const limited = tableOf('users', [columnOf('note', 'character varying(20)')])
  const wanted = tableOf('users', [columnOf('note', 'text')])
  const known = new TablesInUse(catalogOf({ tables: [limited] }), [wanted])
  const [up, down] = ['ALTER COLUMN "note" TYPE text', 'ALTER COLUMN "note" TYPE character varying(20)']
  const { drafts, blocking, blockingBack } = onlineSeries(plan([up], [down]), known)
  expect(blocking).toEqual([])
  expect(blockingBack.map(({ sql }) => sql)).toEqual([`ALTER TABLE "public"."users" ${down}`])
  expect(drafts[0]?.down[0]?.remarks?.at(-1)).toBe(
    'This DOWN is not online. To go back online, put the design back and write that with --online.',
  )
})

test('what has no statement that takes it back in the plan is left as it is planned', () => {
  expect(series(plan(['ALTER COLUMN "note" SET NOT NULL'], []))).toMatchObject([
    { step: undefined, up: ['ALTER COLUMN "note" SET NOT NULL'] },
  ])
})

test('a name that PostgreSQL would cut is refused before anything is written', () => {
  const column = 'ü'.repeat(28)
  const long = tableOf('users', [columnOf(column, 'text')])
  const drafts = plan([`ALTER COLUMN "${column}" SET NOT NULL`], [`ALTER COLUMN "${column}" DROP NOT NULL`])
  expect(() => onlineSeries(drafts, new TablesInUse(catalogOf({ tables: [long] }), [long]))).toThrow(
    /has 71 bytes, and PostgreSQL cuts names after 63/,
  )
})

const drop = plainChange('DROP VIEW "public"."v"', null)
const view = (query: string) => plainChange(`CREATE VIEW public.v AS ${query}`, null)

test('a view that goes waits until no release uses it', () => {
  const { drafts, blocking } = onlineSeries([{ up: [drop], down: [view('SELECT 1 AS a')] }], facts)
  expect(drafts).toMatchObject([{ contract: true, up: [drop], down: [view('SELECT 1 AS a')] }])
  expect(blocking).toEqual([])
})

test('a view that is made again goes and comes in one file, and is told where the running release finds another one', () => {
  const again = (query: string) =>
    onlineSeries([{ up: [drop, view(query)], down: [drop, view('SELECT 1 AS a')] }], facts)
  expect(again('SELECT 1 AS a')).toMatchObject({ drafts: [{ contract: false }], blocking: [] })
  const changed = again('SELECT 2 AS b')
  expect(changed.drafts).toMatchObject([{ contract: false, up: [{ sql: drop.sql }, view('SELECT 2 AS b')] }])
  expect(changed.blocking).toEqual([drop])
})

test('a function whose view changes goes before that, and is told', () => {
  const gone = plainChange('DROP FUNCTION "public"."f"(integer)', null)
  const made = plainChange('CREATE OR REPLACE FUNCTION public.f(a integer) RETURNS integer AS $$$$', null)
  const plans = [{ up: [gone, drop, view('SELECT 2 AS a')], down: [drop, made, view('SELECT 1 AS a')] }]
  const { drafts, blocking } = onlineSeries(plans, facts)
  expect(drafts.map(({ contract }) => contract)).toEqual([false])
  expect(blocking).toEqual([gone, drop])
})

describe('a table under another name', () => {
  const rename = (from: string, to: string) => ({
    ...plainChange(`ALTER TABLE "public"."${from}" RENAME TO "${to}"`, `public.${from}`),
    keepsPlace: true,
  })
  const plans = [{ up: [rename('people', 'users')], down: [rename('users', 'people')] }]
  const owned = { kind: 'table', schema: 'public', path: ['users'], table: null, owner: 'me', withheld: null }
  const renamed = (access: Access[], serverVersion = 150_000, settings = {}) => {
    const table = { ...users, settings }
    return onlineSeries(plans, new TablesInUse({ ...catalogOf({ tables: [table], access }), serverVersion }, [table]))
  }
  const statements = (series: ReturnType<typeof renamed>) => series.drafts.map(({ up }) => up.map(({ sql }) => sql))

  test('has a view with the old one until the contract phase, with the rights of others', () => {
    const grants = [
      { what: 'SELECT', to: 'me' },
      { what: 'SELECT, UPDATE WITH GRANT OPTION', to: 'an app' },
      { what: 'SELECT', to: null },
    ]
    expect(statements(renamed([{ ...owned, grants }]))).toEqual([
      [
        'ALTER TABLE "public"."people" RENAME TO "users"',
        'CREATE VIEW "public"."people" WITH (security_invoker = true) AS SELECT "id", "note" FROM "public"."users"',
        'GRANT SELECT, UPDATE ON "public"."people" TO "an app" WITH GRANT OPTION',
        'GRANT SELECT ON "public"."people" TO PUBLIC',
      ],
      ['DROP VIEW "public"."people"'],
    ])
  })

  test.each([
    [
      'rights of a column',
      [{ ...owned, kind: 'column', path: ['users', 'id'], table: 'public.users', grants: [] }],
      150_000,
      {},
    ],
    ['row security that a view of this server passes by', [], 140_000, { 'row security': 'on' }],
  ])('is renamed as planned and told where it has %s', (_, access, version, settings) => {
    const series = renamed(access, version, settings)
    expect(statements(series)).toEqual([['ALTER TABLE "public"."people" RENAME TO "users"']])
    expect(series.blocking).toHaveLength(1)
  })
})
