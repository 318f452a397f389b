import { expect, test } from 'vitest'
import { plainChange } from '../../../src/core/schema/generated-statement.ts'
import {
  becomesFlag,
  enumCast,
  parseSuccessors,
  vanishingValues,
  withSuccessors,
} from '../../../src/core/schema/successors.ts'
import { catalogOf, columnOf, tableOf } from '../../helpers/catalog.ts'

const enumOf = (name: string, labels: string[]) => ({ schema: 'public', name, labels, comment: null })
const orders = tableOf('orders', [columnOf('status', 'public.status'), columnOf('past', 'public.status[]')])
const current = catalogOf({
  enums: [enumOf('status', ['new', 'gone', 'a.b']), enumOf('unused', ['x', 'y'])],
  tables: [orders],
})
const vanishing = vanishingValues(current, {
  enums: [enumOf('status', ['new', 'it=is']), enumOf('unused', ['x'])],
})

test('values of an enum that a design drops are found where columns can hold them', () => {
  const others = ['new', 'it=is']
  const columns = ['orders.status', 'orders.past']
  expect(vanishing).toEqual([
    { schema: 'public', ofEnum: 'status', name: 'gone', others, columns },
    { schema: 'public', ofEnum: 'status', name: 'a.b', others, columns },
  ])
})

test('--becomes is read as it is written, with names that need quotes', () => {
  const flags = vanishing.map((value) => becomesFlag(value, 'it=is'))
  expect(flags).toEqual(['status.gone="it=is"', 'status."a.b"="it=is"'])
  expect(parseSuccessors(flags, vanishing).map(({ name, to }) => [name, to])).toEqual([
    ['gone', 'it=is'],
    ['a.b', 'it=is'],
  ])
  expect(parseSuccessors(['public.status.gone=new'], vanishing)).toHaveLength(1)
})

test.each([
  ['status.gone', 'not understood'],
  ['gone=new', 'not understood'],
  ['status.gone=new.x', 'not understood'],
  ['status.new=gone', 'the design drops no such value of an enum that a column has'],
  ['unused.y=x', 'the design drops no such value of an enum that a column has'],
  ['status.gone=lost', 'the design has no value lost in the enum status'],
  ['status.gone=a.b', 'not understood'],
  ['status.gone="a.b"', 'the design has no value a.b in the enum status'],
])('--becomes %s is refused: %s', (flag, why) => {
  expect(() => parseSuccessors([flag], vanishing)).toThrow(`--becomes ${flag}: ${why}`)
})

test('a row gets the value that stands in the place of the one that goes, in arrays too', () => {
  const gone = { schema: 'public', ofEnum: 'status', name: "it's", to: 'new' }
  expect(enumCast('"s"', 'public.status', [])).toBe('"s"::text::public.status')
  const [scalar, array, other] = withSuccessors(
    [
      'ALTER TABLE "public"."t" ALTER COLUMN "s" TYPE public.status USING "s"::text::public.status',
      'ALTER TABLE "public"."t" ALTER COLUMN "s" TYPE public.status[] USING "s"::text[]::public.status[]',
      'ALTER TABLE "public"."t" ALTER COLUMN "s" TYPE public.kind USING "s"::text::public.kind',
    ].map((sql) => plainChange(sql, 'public.t')),
    [gone],
  ).map(({ sql }) => sql.replace(/^.* USING /, ''))
  expect(scalar).toBe(`(CASE "s"::text WHEN 'it''s' THEN 'new' ELSE "s"::text END)::public.status`)
  expect(array).toBe(`array_replace("s"::text[], 'it''s', 'new')::public.status[]`)
  expect(other).toBe('"s"::text::public.kind')
})
