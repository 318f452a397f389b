import { expect, test } from 'vitest'
import { quoteIdentifier, quoteLiteral, quoteQualified, unquoteIdentifier } from '../../../src/core/sql/quoting.ts'

test.each([
  ['users', '"users"'],
  ['My "table"', '"My ""table"""'],
  ['a.b', '"a.b"'],
  ['größe', '"größe"'],
])('quotes the name %s as %s', (name, quoted) => {
  expect(quoteIdentifier(name)).toBe(quoted)
  expect(unquoteIdentifier(quoted)).toBe(name)
})

test('a name with its schema is quoted part by part, so that a dot in either means nothing', () => {
  expect(quoteQualified('a.b', 'c')).toBe('"a.b"."c"')
})

test('a text with a NUL is refused: the server would read no further', () => {
  expect(() => quoteLiteral("a\0' OR true --")).toThrow('NUL')
})

test('a plain identifier means itself', () => {
  expect(unquoteIdentifier('users')).toBe('users')
})

test.each([
  [null, 'NULL'],
  ['', "''"],
  ["it's", "'it''s'"],
  ['C:\\temp', "E'C:\\\\temp'"],
  ["\\' OR 1=1 --", "E'\\\\'' OR 1=1 --'"],
])('quotes the text %j so that no setting reads it otherwise', (text, quoted) => {
  expect(quoteLiteral(text)).toBe(quoted)
})
