import { describe, expect, test } from 'vitest'
import { blockedBy, lockTimes, overLimit } from '../../../src/core/rehearse/lock-times.ts'
import type { RehearsedTransaction } from '../../../src/core/rehearse/rehearsed.ts'
import { inOneTransaction, rehearsed } from '../../helpers/rehearsed.ts'

const alone = { table: 'orders', mode: 'AccessExclusiveLock' } as const
const shared = { table: 'orders', mode: 'ShareLock' } as const

/** `table: reads/writes, by the statement of line, the longest of line` */
const told = (transactions: RehearsedTransaction[]) =>
  lockTimes(transactions).map(
    ({ table, readsMs, writesMs, by, longest }) =>
      `${table}: ${readsMs}/${writesMs}, by ${by.place.line}, longest ${longest.place.line}`,
  )

describe('how long a table is locked', () => {
  test.each<[string, RehearsedTransaction[], string[]]>([
    [
      'from the statement that takes the lock to the end of its transaction',
      [
        inOneTransaction(
          3,
          rehearsed(1, { ms: 100 }),
          rehearsed(2, { ms: 10, locks: [alone] }),
          rehearsed(3, { ms: 20 }),
        ),
      ],
      ['orders: 33/33, by 2, longest 3'],
    ],
    [
      'reads only from where reads are blocked',
      [
        inOneTransaction(
          0,
          rehearsed(1, { ms: 5, locks: [shared] }),
          rehearsed(2, { ms: 1, locks: [alone] }),
          rehearsed(3, { ms: 2 }),
        ),
      ],
      ['orders: 3/8, by 1, longest 1'],
    ],
    [
      'over all transactions, and told of the one that takes longest',
      [
        inOneTransaction(0, rehearsed(1, { ms: 5, locks: [alone] })),
        inOneTransaction(0, rehearsed(2, { ms: 7, locks: [shared] })),
        inOneTransaction(0, rehearsed(3, { ms: 1, locks: [alone] })),
      ],
      ['orders: 6/13, by 2, longest 2'],
    ],
    [
      'not at all where others can read and write meanwhile',
      [
        inOneTransaction(0, rehearsed(1, { ms: 5, locks: [{ table: 'orders', mode: 'RowExclusiveLock' }] })),
        inOneTransaction(0, rehearsed(2, { ms: 5, locks: [{ table: 'orders', mode: 'ShareUpdateExclusiveLock' }] })),
      ],
      [],
    ],
    [
      'the longest first',
      [
        inOneTransaction(
          0,
          rehearsed(1, { ms: 5, locks: [alone] }),
          rehearsed(2, { ms: 5, locks: [{ table: 'users', mode: 'ShareRowExclusiveLock' }] }),
        ),
      ],
      ['orders: 10/10, by 1, longest 1', 'users: 0/5, by 2, longest 2'],
    ],
  ])('%s', (_, transactions, expected) => {
    expect(told(transactions)).toEqual(expected)
  })

  test('a limit is passed by what is longer, not by what is as long', () => {
    const times = lockTimes([inOneTransaction(0, rehearsed(1, { ms: 2000, locks: [alone] }))])
    expect(overLimit(times, 2000)).toEqual([])
    expect(overLimit(times, 1999).map(({ table }) => table)).toEqual(['orders'])
  })
})

test.each([
  ['AccessShareLock', false, false],
  ['RowShareLock', false, false],
  ['RowExclusiveLock', false, false],
  ['ShareUpdateExclusiveLock', false, false],
  ['ShareLock', false, true],
  ['ShareRowExclusiveLock', false, true],
  ['ExclusiveLock', false, true],
  ['AccessExclusiveLock', true, true],
] as const)('%s blocks reads: %s, writes: %s', (mode, reads, writes) => {
  expect(blockedBy(mode)).toEqual({ reads, writes })
})
