import { describe, expect, test } from 'vitest'
import { locate } from '../../src/core/location.ts'

const at = (text: string, offset: number, firstLine?: number) => locate('a.sql', text, offset, firstLine)

describe('a place', () => {
  test.each<[what: string, text: string, offset: number, line: number, column: number, excerpt: string]>([
    ['of the first character', 'ab\ncd', 0, 1, 1, 'ab'],
    ['of a first line that is empty', '\nab', 0, 1, 1, ''],
    ['of a line end', 'ab\ncd', 2, 1, 3, 'ab'],
    ['of a line end of \\r\\n', 'ab\r\ncd', 3, 1, 3, 'ab'],
    ['right after a line end', 'ab\ncd', 3, 2, 1, 'cd'],
    ['of an empty line', 'ab\n\ncd', 3, 2, 1, ''],
    ['of the end of the text', 'ab\ncd', 5, 2, 3, 'cd'],
    ['behind the end of the text', 'ab\ncd', 99, 2, 3, 'cd'],
    ['of the end after a line end', 'ab\n', 3, 2, 1, ''],
    ['in an empty text', '', 0, 1, 1, ''],
    ['after emoji, one column each', '😀😀b', 4, 1, 3, '😀😀b'],
    ['after a tab and control characters, shown as blanks', '\ta\0\x1bb', 4, 1, 5, ' a  b'],
  ])('%s', (_, text, offset, line, column, excerpt) => {
    expect(at(text, offset)).toEqual({ path: 'a.sql', line, column, excerpt, caret: column })
  })

  test('in a text that begins further down in its file', () => {
    expect(at('\nab', 1, 7)).toMatchObject({ line: 8, column: 1, excerpt: 'ab' })
  })

  test.each([
    ['letters', 'a'],
    ['emoji', '😀'],
  ])('on a line of a million %s is shown with what stands around it', (_, character) => {
    const text = `${character.repeat(1_000_000)}!${character.repeat(1_000_000)}`
    const place = at(text, text.indexOf('!'))
    expect(place).toMatchObject({ line: 1, column: 1_000_001, caret: 51 })
    expect(place.excerpt).toBe(`${character.repeat(50)}!${character.repeat(49)}`)
  })

  test('the caret stands under its character wherever it is', () => {
    const text = `x😀${'-'.repeat(40)}😀${'+'.repeat(140)}\r`
    for (let offset = 0; offset < text.length - 1; offset++) {
      if (/[\udc00-\udfff]/.test(text[offset] as string)) continue
      const { excerpt, caret } = at(text, offset)
      expect([...excerpt][caret - 1]).toBe(String.fromCodePoint(text.codePointAt(offset) as number))
    }
  })
})
