import { expect, test } from 'vitest'
import { conflictsOf } from '../../../src/core/probe/question.ts'

test.each([
  ['AccessShareLock', ['AccessExclusiveLock']],
  [
    'ShareUpdateExclusiveLock',
    ['ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'],
  ],
  [
    'ShareLock',
    ['RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'],
  ],
  ['RowExclusiveLock', ['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock']],
] as const)('%s waits for %j', (mode, others) => {
  expect(conflictsOf(mode)).toEqual(others)
})
