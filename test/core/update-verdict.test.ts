import { expect, test } from 'vitest'
import { type Figures, verdictOf } from '../../src/core/update-verdict.ts'

const figures = (more: Partial<Figures> = {}): Figures => ({
  rows: new Map([
    ['public.users', 10],
    ['public.empty', 0],
  ]),
  invalidIndexes: [],
  unvalidated: [],
  sequencesBehind: [],
  ...more,
})
const rows = (users: number | null) => figures({ rows: new Map(users === null ? [] : [['public.users', users]]) })

test.each<[what: string, before: Figures, after: Figures, problems: string[], lost: string[]]>([
  ['nothing that changed is nothing wrong', figures(), figures(), [], []],
  ['more rows are no loss', figures(), rows(11), [], []],
  ['fewer rows are told', figures(), rows(7), [], ['public.users has 7 rows, it had 10']],
  ['a table that is gone with its rows is told', figures(), rows(null), [], ['public.users is gone, with 10 rows']],
  ['an index that became INVALID is told', figures(), figures({ invalidIndexes: ['i'] }), ['index i is INVALID'], []],
  [
    'one that was INVALID before is not',
    figures({ invalidIndexes: ['i'] }),
    figures({ invalidIndexes: ['i'] }),
    [],
    [],
  ],
  [
    'a constraint that is not validated is told',
    figures(),
    figures({ unvalidated: ['c on t'] }),
    ['constraint c on t is not validated'],
    [],
  ],
  [
    'a sequence behind its column is told',
    figures(),
    figures({ sequencesBehind: ['s of t.id'] }),
    ['s of t.id is behind its column'],
    [],
  ],
])('%s', (_, before, after, problems, lost) => {
  expect(verdictOf(before, after, null)).toEqual({ problems, lost, others: [] })
})

test('rows that the run did not take are told apart: an application goes on meanwhile', () => {
  expect(verdictOf(figures(), rows(7), new Set(['public.orders']))).toEqual({
    problems: [],
    lost: [],
    others: ['public.users has 7 rows, it had 10'],
  })
  expect(verdictOf(figures(), rows(7), new Set(['public.users'])).lost).toEqual(['public.users has 7 rows, it had 10'])
})
