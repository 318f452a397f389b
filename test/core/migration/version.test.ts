import { describe, expect, test } from 'vitest'
import { canonicalVersion, compareVersions, parseVersion } from '../../../src/core/migration/version.ts'

test.each([
  ['001', '1'],
  ['1', '1'],
  ['100', '100'],
  ['0', '0'],
  ['000', '0'],
  ['00020250806140000', '20250806140000'],
])('%s is the version %s', (digits, version) => expect(canonicalVersion(digits)).toBe(version))

test('versions are ordered as numbers of any length', () => {
  const ordered = [
    '0',
    '1',
    '2',
    '9',
    '10',
    '11',
    '100',
    '20250806140000',
    '99999999999999999998',
    '99999999999999999999',
  ]
  expect([...ordered].reverse().sort(compareVersions)).toEqual(ordered)
  expect(compareVersions('10', '10')).toBe(0)
})

describe('a version may be typed as', () => {
  test.each([
    ['3', '3'],
    ['003', '3'],
    [' 003 ', '3'],
    ['003_create_orders', '3'],
    ['003_create_orders.sql', '3'],
    ['003_', '3'],
    ['000', '0'],
  ])('%j, which means %s', (text, version) => expect(parseVersion(text)).toBe(version))

  test.each(['', '-3', '+3', '3.0', '1e3', '0x3', 'create_orders', '3-a', '3 4', '３'])('not %j', (text) => {
    expect(parseVersion(text)).toBeNull()
  })
})
