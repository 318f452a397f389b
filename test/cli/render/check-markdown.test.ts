import { expect, test } from 'vitest'
import { plain } from '../../../src/cli/render/check-markdown.ts'

test.each([
  ['ask @ann', 'ask @&#8203;ann'],
  ['see #12 and !3', 'see #&#8203;12 and !&#8203;3'],
  ['a < b & c', 'a &lt; b &amp; c'],
  ['&lt;', '&amp;lt;'],
  ['users_email_key *', 'users\\_email\\_key \\*'],
  ['[x](y)', '\\[x\\](y)'],
])('%s calls nobody in a comment, and is read as it is', (text, shown) => {
  expect(plain(text)).toBe(shown)
})
