import { expect, test } from 'vitest'
import { renderError } from '../../../src/cli/render/error.ts'
import { jsonError } from '../../../src/cli/render/json/error.ts'
import { redact } from '../../../src/cli/render/redact.ts'
import { NselfError } from '../../../src/core/errors.ts'
import { locate } from '../../../src/core/location.ts'
import { plain } from './paints.ts'

test.each([
  ['postgresql://app:sesame@host/db', 'postgresql://app:***@host/db'],
  ['postgres://app:ses:a@me@host/db', 'postgres://app:***@host/db'],
  ['password=sesame host=x', 'password=*** host=x'],
  ['POSTGRES_PASSWORD: sesame', 'POSTGRES_PASSWORD: ***'],
  ["CREATE ROLE app PASSWORD 'ses''ame' LOGIN", "CREATE ROLE app PASSWORD '***' LOGIN"],
  ["ALTER USER app WITH ENCRYPTED PASSWORD E'sesame'", "ALTER USER app WITH ENCRYPTED PASSWORD E'***'"],
  ["PASSWORD 'sesame", "PASSWORD '***"],
  ['CREATE ROLE app PASSWORD $$sesame$$', 'CREATE ROLE app PASSWORD $$***$$'],
  ["PASSWORD $a$ses'ame$a$; sesame", 'PASSWORD $a$***$a$; sesame'],
  ["EXECUTE 'CREATE ROLE app PASSWORD ''sesame'''", "EXECUTE 'CREATE ROLE app PASSWORD ''***'''"],
  ["EXECUTE format('CREATE ROLE app PASSWORD %L', 'sesame');", "EXECUTE format('CREATE ROLE app PASSWORD %L', '***');"],
  [
    "EXECUTE 'ALTER ROLE app PASSWORD ' || quote_literal('sesame')",
    "EXECUTE 'ALTER ROLE app PASSWORD ' || quote_literal('***')",
  ],
  ["PASSWORD /* its */ 'sesame' is sesame", "PASSWORD /* its */ '***' is ***"],
  ["PASSWORD 'a' at a place", "PASSWORD '***' at a place"],
  ['{"password":"sesame","host":"x"}', '{"password":***,"host":"x"}'],
  ['mysql://app:sesame@x/y', 'mysql://app:***@x/y'],
  ['amqp+tls://app:sesame@x', 'amqp+tls://app:***@x'],
  ['https://example.com:80/a', 'https://example.com:80/a'],
  ['password authentication failed for user "app"', 'password authentication failed for user "app"'],
  ['column "password" does not exist', 'column "password" does not exist'],
])('of %s nobody learns a password', (text, shown) => {
  expect(redact(text)).toBe(shown)
})

test('an error that ends in a password is still JSON', () => {
  const error = new NselfError('usage', 'unknown header: password=sesame', { hint: 'password: "sesame"' })
  expect(JSON.parse(jsonError(error))).toMatchObject({
    ok: false,
    error: { message: 'unknown header: password=***', hint: 'password: ***' },
  })
})

test('the password of a statement is known where its line does not have the word', () => {
  const sql = "CREATE ROLE app PASSWORD\n  'sesame' LOGINN"
  expect(locate('001_a.sql', sql, 36)).toMatchObject({ line: 2, secrets: ['sesame'] })
})

test('the caret stays where the fault is behind a password', () => {
  const line = "CREATE ROLE app PASSWORD 'sesame' LOGINN;"
  const location = locate('001_a.sql', line, line.indexOf('LOGINN'))
  const error = new NselfError('migration-failed', 'unrecognized', { location })
  const [, , excerpt, caret] = renderError(error, plain).split('\n') as [string, string, string, string]
  expect(excerpt).toBe("  1 | CREATE ROLE app PASSWORD '***' LOGINN;")
  expect(caret.indexOf('^')).toBe(excerpt.indexOf('LOGINN'))
  const json = JSON.parse(jsonError(error)) as { error: { location: { excerpt: string; caret: number } } }
  expect(json.error.location.excerpt.slice(json.error.location.caret - 1)).toBe('LOGINN;')
})

test('so does that of each fault of a design', () => {
  const line = "Note: 'password=sesame' moneey"
  const location = locate('schema.dbml', line, line.indexOf('moneey'))
  const report = { kind: 'design-faults' as const, faults: [{ message: 'no type moneey', location }] }
  const json = JSON.parse(jsonError(new NselfError('invalid-design', 'no type moneey', { report })))
  const { excerpt, caret } = json.error.report.faults[0].location
  expect(excerpt).not.toContain('sesame')
  expect(excerpt.slice(caret - 1)).toBe('moneey')
})
