import { expect, test } from 'vitest'
import { Secrets } from '../../src/core/redaction.ts'

function redacted(secret: string, text: string): string {
  const secrets = new Secrets()
  secrets.hide(secret)
  return secrets.redact(text)
}

test.each([
  ["SELECT 'ab', E'ab'", "SELECT '***', E'***'"],
  ['invalid input syntax: "ab"', 'invalid input syntax: "***"'],
  ['Key (v)=(ab) already exists; $ab$', 'Key (v)=(***) already exists; $***$'],
  ["about a table, 'abc'", "about a table, 'abc'"],
])('a secret that could be a part of any word is taken out where it stands alone: %s', (text, expected) => {
  expect(redacted('ab', text)).toBe(expected)
})

test('a longer secret is taken out everywhere', () => {
  expect(redacted('geheim', 'xgeheimx')).toBe('x***x')
})

test('the example of a URL in a hint is left as it is, and no password of a URL is', () => {
  const example = 'write postgresql://user:password@host:5432/database'
  expect(redacted('', example)).toBe(example)
  expect(redacted('', 'postgresql://user:password@db:5432/shop')).toBe('postgresql://user:***@db:5432/shop')
  expect(redacted('', 'postgresql://user:a:password@host:5432/x')).toBe('postgresql://user:***@host:5432/x')
  expect(redacted('password', example)).toBe('write postgresql://user:***@host:5432/database')
})
