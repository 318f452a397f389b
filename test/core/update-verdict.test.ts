import { expect, test } from 'vitest'
import { changesSince, type Figures, verdictOf } from '../../src/core/update-verdict.ts'

const table = (oid: string, name: string, rows: number) => ({ oid, name: `public.${name}`, rows })
const figures = (more: Partial<Figures> = {}): Figures => ({
  tables: [table('1', 'users', 10), table('2', 'empty', 0)],
  hidden: [],
  invalidIndexes: [],
  unvalidated: [],
  sequencesBehind: [],
  ...more,
})
const having = (...tables: Figures['tables']) => figures({ tables })

test.each<[what: string, after: Figures, lost: string[]]>([
  ['an update that changed nothing has lost nothing', figures(), []],
  ['a table with more rows than before has lost nothing', having(table('1', 'users', 11)), []],
  [
    'a table with fewer rows than before is told',
    having(table('1', 'users', 7)),
    ['public.users has 7 rows, it had 10'],
  ],
  [
    'a table with one row left is told in the singular',
    having(table('1', 'users', 1)),
    ['public.users has 1 row, it had 10'],
  ],
  ['a table that is gone with its rows is told', having(), ['public.users is gone, with 10 rows']],
  ['a table that was renamed is not gone', having(table('1', 'people', 10)), []],
  ['a table that was made anew with its rows is not gone', having(table('3', 'users', 10)), []],
  [
    'a table that was renamed, and whose old name another one has, is not gone',
    having(table('1', 'people', 10), table('3', 'users', 1)),
    [],
  ],
])('%s', (_, after, lost) => {
  expect(verdictOf(figures(), after, null)).toMatchObject({ lost, others: [] })
})

test('what is not as it should be is told, and not claimed of the database', () => {
  const bad = figures({ invalidIndexes: ['i'], unvalidated: ['c on t'], sequencesBehind: ['s of t.id'] })
  expect(verdictOf(bad, bad, null)).toMatchObject({
    notes: ['index i is INVALID', 'constraint c on t is not validated', 's of t.id is behind its column'],
    holds: [],
    lost: [],
  })
  expect(verdictOf(figures(), figures(), null).holds).toEqual([
    'no index is INVALID',
    'no constraint is unvalidated',
    'no sequence is behind',
  ])
})

test('rows that the run did not take are told apart: an application keeps writing meanwhile', () => {
  const after = having(table('1', 'users', 7))
  expect(verdictOf(figures(), after, new Set(['public.orders']))).toMatchObject({
    lost: [],
    others: ['public.users has 7 rows, it had 10'],
  })
  expect(verdictOf(figures(), after, new Set(['public.users'])).lost).toEqual(['public.users has 7 rows, it had 10'])
})

test('what a roll back would take is told by table', () => {
  const after = having(table('1', 'users', 12), table('3', 'orders', 1))
  expect(changesSince(figures(), after)).toEqual([
    'users has 2 more rows',
    'orders is new, with 1 row',
    'empty is gone',
  ])
  expect(changesSince(figures(), having(table('1', 'users', 9), table('2', 'empty', 0)))).toEqual([
    'users has 1 fewer row',
  ])
})

test('a table that hides rows is not said to have lost them, and it is told that nobody counted', () => {
  const after = { ...having(), hidden: ['public.users'] }
  expect(verdictOf(figures(), after, null)).toMatchObject({
    lost: [],
    others: [],
    notes: ['users hides rows from this role by row level security: they were not counted'],
    holds: ['no index is INVALID', 'no constraint is unvalidated'],
  })
  expect(changesSince(figures(), after)).toEqual(['empty is gone'])
})
