import { expect, test } from 'vitest'
import { shellWord } from '../../src/core/shell-word.ts'

test.each([
  ['003_create_orders', '003_create_orders'],
  ['postgresql://a@h:5432/db', 'postgresql://a@h:5432/db'],
  ['two words', "'two words'"],
  ["it's", "'it'\\''s'"],
  ['$HOME', "'$HOME'"],
  ['', "''"],
])('%j is typed in a shell as %s', (text, expected) => {
  expect(shellWord(text)).toBe(expected)
})
