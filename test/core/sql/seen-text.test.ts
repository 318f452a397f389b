import { expect, test } from 'vitest'
import { seenText } from '../../../src/core/sql/seen-text.ts'

test.each([
  ['a text without anything to leave out', 'SELECT a, b FROM t', 'SELECT a, b FROM t'],
  ['runs of blanks', 'SELECT  a,\n\t b\r\nFROM t', 'SELECT a, b FROM t'],
  ['line comments', 'SELECT a, -- the first\n  b -- the last\nFROM t -- end', 'SELECT a, b FROM t'],
  ['comments that nest', 'SELECT a /* one /* two */ still -- */, b', 'SELECT a , b'],
  ['comments without blanks around them', 'SELECT/* x */a', 'SELECT a'],
  ['several in a row', 'SELECT /* x */ -- y\n /* z */ a', 'SELECT a'],
])('the text that the server sees leaves out %s', (_, sql, seen) => {
  expect(seenText(sql)).toBe(seen)
})

test.each([
  ['a string', "SELECT 'a  -- b /* c'"],
  ['a string with doubled quotes', "SELECT 'it''s  --', 'x  y'"],
  ['a string with escapes', "SELECT E'it\\'s  --', e'\\\\', 'a  b'"],
  ['a name in quotes', 'SELECT "a  -- ""b"'],
  ['a function body', 'DO $$ BEGIN -- why\n  NULL;  END $$'],
  ['a body with a tag', "AS $body$ SELECT '$$  ' -- x\n $body$ LANGUAGE sql"],
  ['a name with dollars', 'SELECT a$b$c, $1, $2'],
])('the text that the server sees keeps %s as it is', (_, sql) => {
  expect(seenText(sql)).toBe(sql)
})

test('the text that the server sees continues with code after each kind of quote', () => {
  expect(seenText(`a$b$  c  E'\\''  '  x'  "  y"  $$  z$$  1  --`)).toBe(`a$b$ c E'\\'' '  x' "  y" $$  z$$ 1`)
  expect(seenText("SELECT E'a'\n  'b\\'  --'  ,  1")).toBe("SELECT E'a' 'b\\'  --' , 1")
})
