import { expect, test } from 'vitest'
import { onlineSeries } from '../../../src/core/online/series.ts'
import { TablesInUse } from '../../../src/core/online/tables-in-use.ts'
import { plainChange } from '../../../src/core/schema/generated-statement.ts'
import { catalogOf, columnOf, constraintOf, tableOf } from '../../helpers/catalog.ts'

const users = tableOf('users', [columnOf('id', 'integer', { notNull: true }), columnOf('note', 'text')], {
  constraints: [constraintOf('primary key', 'users_pkey', 'PRIMARY KEY (id)', { columns: ['id'] })],
})
const parted = tableOf('parted', [columnOf('note', 'text')], { kind: 'partitioned' })
const facts = new TablesInUse(catalogOf({ tables: [users, parted] }), [users, parted])
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
    'a reference of a partitioned table',
    'ADD CONSTRAINT "f" FOREIGN KEY (note) REFERENCES public.users(note)',
    'DROP CONSTRAINT "f"',
    'parted',
  ],
])('%s has no online way: it stays as it is, and is told', (_, up, down, table) => {
  const { drafts, blocking } = onlineSeries(plan([up], [down], table), facts)
  expect(drafts).toHaveLength(1)
  expect(blocking.map(({ sql }) => sql)).toEqual([`ALTER TABLE "public"."${table}" ${up}`])
  expect(drafts[0]?.up[0]?.remarks?.at(-1)).toBe('No way is known to do this online.')
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
