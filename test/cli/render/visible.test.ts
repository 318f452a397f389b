import { expect, test } from 'vitest'
import { renderError } from '../../../src/cli/render/error.ts'
import { paintFor } from '../../../src/cli/render/paint.ts'
import { visible, visibleIn } from '../../../src/cli/render/visible.ts'
import { NselfError } from '../../../src/core/errors.ts'

test.each([
  ['a colour', '\u001b[31mred', '\\x1b[31mred'],
  ['the title of the window', '\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
  ['one byte for escape and bracket', '\u009b2J', '\\x9b2J'],
  ['a backspace and a lone carriage return', 'a\bb\rc', 'a\\x08b\\x0dc'],
  ['DEL', '\u007f', '\\x7f'],
  ['another direction of writing', 'a\u202eb', 'a\\u202eb'],
  ['line ends and tabs, which are kept', 'a\n\tb\r\nc', 'a\n\tb\nc'],
  ['letters of all kinds, which are kept', 'été 😀 日本 \u200d', 'été 😀 日本 \u200d'],
])('of a text that reaches a terminal is shown, not sent: %s', (_, text, expected) => {
  expect(visible(text)).toBe(expected)
  expect(visibleIn({ [text]: [text, 1, null], other: new Date(0) })).toEqual({
    [expected]: [expected, 1, null],
    other: new Date(0),
  })
})

test('an error of the server cannot write to the terminal', async () => {
  const error = new NselfError('migration-failed', 'no \u001b[2Jtable', { hint: 'see \u001b[1m002' })
  expect(renderError(error, await paintFor(2, { NO_COLOR: '1' }))).toBe(
    'Error: no \\x1b[2Jtable\nNext: see \\x1b[1m002',
  )
})
