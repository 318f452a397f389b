import { describe, expect, test } from 'vitest'
import { queryForPostgres, refusalOf } from '../../../src/core/connection/parameters.ts'

describe('a parameter of a URL is', () => {
  test.each([
    ['sslmode', 'require'],
    ['options', '-c search_path=app'],
    ['keepalives', '0'],
    ['gssencmode', 'disable'],
    ['sslsni', '1'],
  ])('taken: %s=%s', (name, value) => {
    expect(refusalOf(name, value)).toBeNull()
  })

  test.each([
    ['gssencmode', 'require', /nself does not speak GSSAPI/],
    ['replication', 'database', /no migration can run on a replication connection/],
    ['schema', 'app', /is a parameter of Prisma/],
    ['currentSchema', 'app', /is a parameter of JDBC/],
    ['pool_size', '5', /is a parameter of other drivers/],
    ['sslmod', 'require', /is not a parameter of a PostgreSQL URL/],
    ['constructor', '1', /is not a parameter of a PostgreSQL URL/],
  ])('refused with the reason: %s=%s', (name, value, reason) => {
    expect(refusalOf(name, value)).toMatch(reason)
  })
})

describe('a query of another driver, as PostgreSQL takes it:', () => {
  test.each([
    [{ schema: 'app' }, 'options=-c%20search_path%3Dapp'],
    [{ sslmode: 'require', connection_limit: '1' }, 'sslmode=require'],
    [{ pgbouncer: 'true' }, ''],
    [{ sslaccept: 'strict' }, 'sslmode=verify-full'],
    [{ sslmode: 'require' }, null],
  ])('%j', (query, expected) => {
    expect(queryForPostgres(new Map(Object.entries(query)))).toBe(expected)
  })
})
