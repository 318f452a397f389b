import { expect, test } from 'vitest'
import { counted, durationText, grouped, sizeText } from '../../src/core/quantities.ts'

test.each([
  [0, '0'],
  [7, '7'],
  [999, '999'],
  [1_000, '1,000'],
  [12_345, '12,345'],
  [1_234_567, '1,234,567'],
  [-1_000, '-1,000'],
  [-999, '-999'],
  [1_234.5678, '1,235'],
])('writes the count %d as %s', (count, text) => {
  expect(grouped(count)).toBe(text)
})

test.each([
  [0, '0 rows'],
  [1, '1 row'],
  [1_001, '1,001 rows'],
])('writes %d of a thing as %s', (count, text) => {
  expect(counted(count, 'row')).toBe(text)
})

test('takes a plural that does not end in s from the caller', () => {
  expect(counted(2, 'query', 'queries')).toBe('2 queries')
})

test.each([
  [0, '0 ms'],
  [340.4, '340 ms'],
  [999.6, '1.0 s'],
  [20_240, '20.2 s'],
  [59_960, '1 min 0 s'],
  [119_800, '2 min 0 s'],
  [185_000, '3 min 5 s'],
])('writes %d ms as %s', (ms, text) => {
  expect(durationText(ms)).toBe(text)
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [99_949, '99.9 kB'],
  [99_951, '100 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [2_340_000_000, '2.3 GB'],
])('writes %d bytes as %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text)
})
