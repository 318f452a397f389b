import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dotted, keyOf, ofKey, shortName, splitDotted } from '../../../src/core/sql/qualified-name.ts'

/** Names that PostgreSQL takes, with much of what could be mistaken for a join. */
const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom('a', 'B', '.', '"', '=', ' ', "'", '\n', '(', '名') }),
  fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }),
)

describe('names joined with dots', () => {
  test.each([
    [['users'], 'users'],
    [['users', 'name'], 'users.name'],
    [['My Table', 'Spalte'], 'My Table.Spalte'],
    [['a.b', 'c'], '"a.b".c'],
    [['a', 'b.c'], 'a."b.c"'],
    [['odd"name'], '"odd""name"'],
    [['a=b', ''], '"a=b".""'],
  ])('%j are %s', (names, path) => {
    expect(dotted(...names)).toBe(path)
    expect(splitDotted(path)).toEqual(names)
  })

  test('are split again into the same names, whatever these hold', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (names) => {
        expect(splitDotted(dotted(...names))).toEqual(names)
      }),
    )
  })

  test.each(['', '.', 'a.', '.a', 'a..b', '"a', 'a"b', '"a"b'])('are none in %j', (path) => {
    expect(splitDotted(path)).toBeNull()
  })
})

test('a key is taken apart into its schema and its name, whatever these hold', () => {
  fc.assert(
    fc.property(name, name, (schema, table) => {
      expect(ofKey(keyOf({ schema, name: table }))).toEqual({ schema, name: table })
    }),
  )
})

test('what a dot divides elsewhere has another key', () => {
  expect(keyOf({ schema: 'a.b', name: 'c' })).not.toBe(keyOf({ schema: 'a', name: 'b.c' }))
})

test.each<[schema: string | null, names: string[], text: string]>([
  ['public', ['users'], 'users'],
  [null, ['pgcrypto'], 'pgcrypto'],
  ['billing', ['orders', 'id'], 'billing.orders.id'],
  ['public', ['v1.2'], '"v1.2"'],
])('a person reads %s %j as %s', (schema, names, text) => {
  expect(shortName(schema, ...names)).toBe(text)
})
