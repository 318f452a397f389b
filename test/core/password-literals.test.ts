import { describe, expect, test } from 'vitest'
import { passwordLiterals } from '../../src/core/password-literals.ts'

describe('the literal behind the word PASSWORD is found,', () => {
  test.each([
    ["ALTER ROLE a PASSWORD 'geheim'", ['geheim']],
    ["create user a with encrypted password 'geheim' login", ['geheim']],
    ["ALTER ROLE a PASSWORD -- soon another\n 'geheim'", ['geheim']],
    ["ALTER ROLE a PASSWORD /* x */ 'geheim'", ['geheim']],
    ['ALTER ROLE a PASSWORD $$geheim$$', ['geheim']],
    ['ALTER ROLE a PASSWORD $x$ge$$heim$x$', ['ge$$heim']],
    ["CREATE SUBSCRIPTION s CONNECTION 'host=h password=geheim'", []],
    ["OPTIONS (user 'a', password 'geheim')", ['geheim']],
    ["password = 'geheim'", ['geheim']],
    ["ALTER ROLE a PASSWORD 'never closed", ['never closed']],
  ])('%s', (sql, expected) => {
    expect(passwordLiterals(sql)).toEqual(expected)
  })
})

describe('it is found as it is written and as it is meant,', () => {
  test.each([
    ["PASSWORD E'ge\\'heim' LOGIN", ["ge\\'heim", "ge'heim"]],
    ["PASSWORD e'it''s\\\\'", ["it''s\\\\", "it's\\"]],
    ["PASSWORD E'never\\'closed", ["never\\'closed", "never'closed"]],
    ["PASSWORD 'it''s'", ["it''s", "it's"]],
    ["EXECUTE 'ALTER ROLE a PASSWORD ''geheim'''", ['geheim']],
    ["EXECUTE 'ALTER ROLE a PASSWORD ''it''''s'''", ["it''''s", "it''s", "it's"]],
  ])('%s', (sql, expected) => {
    expect(passwordLiterals(sql)).toEqual(expected)
  })
})

describe('where it comes from elsewhere in the statement each literal may be it,', () => {
  test.each([
    ["EXECUTE format('ALTER ROLE a PASSWORD %L', 'geheim')", ['geheim']],
    ["EXECUTE 'ALTER ROLE a PASSWORD ' || quote_literal('geheim')", ['geheim']],
    ["EXECUTE format('… PASSWORD %L', x); SELECT 'not it'", []],
  ])('%s', (sql, expected) => {
    expect(passwordLiterals(sql)).toEqual(expected)
  })
})

describe('no password is in', () => {
  test.each(["SELECT password_hash, 'x' FROM users", "SELECT 'x' AS password", "ALTER ROLE a PASSWORD ''", ''])(
    '%s',
    (sql) => {
      expect(passwordLiterals(sql)).toEqual([])
    },
  )
})
