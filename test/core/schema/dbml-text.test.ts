import { describe, expect, test } from 'vitest'
import {
  commentLines,
  expressionOf,
  nameOf,
  noteText,
  qualified,
  shortType,
  textOf,
  typeOf,
  withoutParentheses,
  withSettings,
} from '../../../src/core/schema/dbml-text.ts'

describe('a name in DBML', () => {
  test.each([
    ['users', 'users'],
    ['_a1', '_a1'],
    ['1a', '"1a"'],
    ['größe', '"größe"'],
    ['two words', '"two words"'],
    ['a"b', '"a\\"b"'],
    ["it's", `"it's"`],
    ['a\\b', '"a\\\\b"'],
    ['a\nb\u0001', '"a\\nb\\u0001"'],
  ])('%j is %s', (name, dbml) => {
    expect(nameOf(name)).toBe(dbml)
  })

  test('has its schema before it, but for public', () => {
    expect(qualified('public', 'users')).toBe('users')
    expect(qualified('my app', 'users')).toBe('"my app".users')
  })
})

test('a text escapes its own quotes and what would end the line', () => {
  expect(textOf(`it's "x"\\\r\n\t`)).toBe(`'it\\'s "x"\\\\\\r\\n\\t'`)
})

describe('a note', () => {
  test.each([
    ['of one line stays on it', 'one', "'one'"],
    ['of several lines stands on several', "a\n\n  b's", "'''\n    a\n\n      b\\'s'''"],
    ['whose lines share a margin would lose it, and stays on one', ' a\n b', "' a\\n b'"],
    ['that begins with a blank line stays on one', '\na', "'\\na'"],
    ['that ends with one does too', 'a\n', "'a\\n'"],
    ['with a line of blanks does too', 'a\n  \nb', "'a\\n  \\nb'"],
    ['with control characters does too', 'a\tb\nc', "'a\\tb\\nc'"],
  ])('%s', (_, note, dbml) => {
    expect(noteText(note, '    ')).toBe(dbml)
  })
})

describe('an expression between backticks', () => {
  test.each([
    ['now()', '`now()`'],
    ["a = 'x`y'", "`a = U&'x\\0060y'`"],
    ["'\\`'", "`U&'\\\\\\0060'`"],
    ['"a`b" > 0', '`U&"a\\0060b" > 0`'],
    ["'\\' || a", "`'\\' || a`"],
  ])('%s is %s', (sql, dbml) => {
    expect(expressionOf(sql)).toBe(dbml)
  })

  test('cannot be where a backtick stands outside of quotes', () => {
    expect(expressionOf('a ` b')).toBeNull()
  })
})

test('a comment stands on lines of its own, whatever ends them', () => {
  expect(commentLines('a\r\nb\n\nc', '  ')).toEqual(['  // a', '  // b', '  //', '  // c'])
})

describe('parentheses around the whole are taken off:', () => {
  test.each([
    ['(a)', 'a'],
    ['((a > 0))', 'a > 0'],
    ['(a) + (b)', '(a) + (b)'],
    ['((a) + (b))', '(a) + (b)'],
    ["(a = ')')", "a = ')'"],
    ["('(' || a) || ')'", "('(' || a) || ')'"],
    ['("a)" > 0)', '"a)" > 0'],
    ['a', 'a'],
  ])('%s is %s', (sql, inside) => {
    expect(withoutParentheses(sql)).toBe(inside)
  })
})

describe('a type as a person reads it:', () => {
  test.each([
    ['character varying(20)', 'varchar(20)'],
    ['character varying(20)[]', 'varchar(20)[]'],
    ['character(3)', 'char(3)'],
    ['bit varying(5)', 'varbit(5)'],
    ['timestamp with time zone', 'timestamptz'],
    ['timestamp(3) without time zone[]', 'timestamp(3)[]'],
    ['time(0) with time zone', 'timetz(0)'],
    ['public.mood', 'mood'],
    ['app.mood', 'app.mood'],
    ['characters', 'characters'],
  ])('%s is %s', (type, short) => {
    expect(shortType(type)).toBe(short)
  })
})

describe('a type in DBML:', () => {
  const isEnum = (schema: string, name: string) => `${schema}.${name}` === 'My app.of day'
  test.each([
    ['double precision', '"double precision"'],
    ['numeric(10,2)', 'numeric(10,2)'],
    ['"char"', '"\\"char\\""'],
    ['public.citext[]', 'citext[]'],
    ['app.geometry(Point,4326)', 'app.geometry(Point,4326)'],
    ['"My app"."of day"[]', '"My app"."of day"[]'],
    ['"My app".other', '"\\"My app\\".other"'],
    ['public."Mood"', '"public.\\"Mood\\""'],
  ])('%s is %s', (type, dbml) => {
    expect(typeOf(type, isEnum)).toBe(dbml)
  })
})

test('settings stand in brackets where there are any', () => {
  expect(withSettings('a int', [])).toBe('a int')
  expect(withSettings('a int', ['pk', "note: 'x'"])).toBe("a int [pk, note: 'x']")
})
