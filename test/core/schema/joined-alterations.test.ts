import { expect, test } from 'vitest'
import { plainChange } from '../../../src/core/schema/generated-statement.ts'
import { joined } from '../../../src/core/schema/joined-alterations.ts'

const on = (table: string, actions: readonly string[]) =>
  actions.map((action) => plainChange(`ALTER TABLE "public"."${table}" ${action}`, `public.${table}`))

/** The actions of each statement. */
const joinedOf = (...actions: string[]) =>
  joined(on('t', actions)).map(({ sql }) => sql.replace('ALTER TABLE "public"."t" ', ''))

test('alterations of one table are one statement: what goes, what comes, then column by column, a default before its NOT NULL', () => {
  expect(
    joinedOf(
      'ALTER COLUMN "n" SET NOT NULL',
      'ADD COLUMN "new" text',
      'ALTER COLUMN "n" TYPE bigint USING "n"::bigint',
      'ALTER COLUMN "m" DROP NOT NULL',
      'ALTER COLUMN "n" SET DEFAULT 0',
      'DROP CONSTRAINT "c"',
      'ADD CONSTRAINT "c" CHECK (n > 0)',
    ),
  ).toEqual([
    'DROP CONSTRAINT "c", ADD COLUMN "new" text, ALTER COLUMN "n" TYPE bigint USING "n"::bigint, ALTER COLUMN "n" SET DEFAULT 0, ALTER COLUMN "n" SET NOT NULL, ALTER COLUMN "m" DROP NOT NULL, ADD CONSTRAINT "c" CHECK (n > 0)',
  ])
})

test.each([
  ['a default that is set and dropped', 'ALTER COLUMN "a" SET DEFAULT 1', 'ALTER COLUMN "a" DROP DEFAULT'],
  ['a type that is changed twice', 'ALTER COLUMN "a" TYPE text', 'ALTER COLUMN "a" TYPE date'],
  ['a new column that gets another type', 'ADD COLUMN "a" text', 'ALTER COLUMN "a" TYPE date'],
  ['a foreign key, which reads another table', 'ADD COLUMN "a" int', 'ADD CONSTRAINT "f" FOREIGN KEY (a) REFERENCES b'],
  ['a constraint that is validated', 'ADD COLUMN "a" int', 'VALIDATE CONSTRAINT "c"'],
  ['a name that changes', 'ADD COLUMN "a" int', 'RENAME TO "u"'],
])('%s stands alone', (_, ...actions) => {
  expect(joinedOf(...actions)).toEqual(actions)
})

test('what another statement stands between, or is on another table, is not joined', () => {
  const [one, other] = on('t', ['ADD COLUMN "a" int', 'ADD COLUMN "b" int'])
  const between = plainChange('CREATE SEQUENCE s', null)
  const changes = [one, between, other, ...on('u', ['ADD COLUMN "a" int'])].flatMap((item) => item ?? [])
  expect(joined(changes)).toEqual(changes)
})

test('what is joined once is not joined again in another way', () => {
  const once = joined(on('t', ['ADD COLUMN "a" int', 'ADD COLUMN "b" int', 'ALTER COLUMN "a" TYPE text']))
  expect(joined(once)).toEqual(once)
  expect(once).toHaveLength(2)
})
