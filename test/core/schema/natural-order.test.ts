import { expect, test } from 'vitest'
import { compareNaturally } from '../../../src/core/schema/natural-order.ts'

test.each([
  ['a number counts as a number', ['t10', 't2', 't1'], ['t1', 't2', 't10']],
  ['numbers in the middle too', ['y2020_m10', 'y2020_m9', 'y2019_m12'], ['y2019_m12', 'y2020_m9', 'y2020_m10']],
  [
    'numbers longer than a double',
    ['t9007199254740993', 't9007199254740992'],
    ['t9007199254740992', 't9007199254740993'],
  ],
  ['zeros in front do not matter, but order what is equal otherwise', ['t2', 't02', 't1'], ['t1', 't02', 't2']],
  ['a name that begins another comes first', ['users_old', 'users', '1st'], ['1st', 'users', 'users_old']],
])('%s', (_, names, expected) => {
  expect(names.toSorted(compareNaturally)).toEqual(expected)
})
