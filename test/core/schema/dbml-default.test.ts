import { describe, expect, test } from 'vitest'
import { defaultOf } from '../../../src/core/schema/dbml-default.ts'

describe('a number that comes back as it was stands alone, any other is a text or SQL:', () => {
  test.each([
    ['0', 'integer', '0'],
    ['-7', 'integer', '-7'],
    ['1.5', 'numeric', '1.5'],
    ['1.50', 'numeric(10,2)', '`1.50`'],
    ['007', 'integer', '`007`'],
    ['1234567890123456', 'bigint', '`1234567890123456`'],
    ["'-1'::integer", 'bigint', '-1'],
    ["'2147483648'::integer", 'bigint', "`'2147483648'::integer`"],
    ["'-1'::bigint", 'bigint', "'-1'"],
    ["'5000000000'::bigint", 'bigint', '5000000000'],
    ["'-2147483648'::bigint", 'bigint', "'-2147483648'"],
    ["'-0.5'::numeric", 'numeric', '-0.5'],
    ["'5'::numeric", 'numeric', "'5'"],
    ["'1.0'::numeric", 'numeric', "'1.0'"],
  ])('%s of %s is %s', (sql, type, dbml) => {
    expect(defaultOf(sql, type)).toBe(dbml)
  })
})

describe('a text stands alone where its column makes the same of it:', () => {
  test.each([
    ["'x'::text", 'text', "'x'"],
    ["'x'::character varying", 'character varying(20)', "'x'"],
    ["'x'::text", 'character varying(20)', "`'x'::text`"],
    ["'EUR'::bpchar", 'character(3)', "'EUR'"],
    ["'{}'::bpchar[]", 'character(3)[]', "'{}'"],
    ["'{}'::numeric[]", 'numeric(10,2)[]', "'{}'"],
    ["'new'::public.status", 'public.status', "'new'"],
    ["'it''s'::text", 'text', "'it\\'s'"],
    ["'a'::text || 'b'::text", 'text', "`'a'::text || 'b'::text`"],
  ])('%s of %s is %s', (sql, type, dbml) => {
    expect(defaultOf(sql, type)).toBe(dbml)
  })
})

describe('what is a word of DBML stands alone:', () => {
  test.each([
    ['true', 'boolean', 'true'],
    ['false', 'boolean', 'false'],
    ['NULL', 'integer', 'null'],
    ['NULL::character varying(20)', 'text', 'null'],
    ['NULL::numeric(10,2)', 'numeric', 'null'],
    ['NULLIF(1, 1)', 'integer', '`NULLIF(1, 1)`'],
    ["'t'::boolean", 'boolean', "'t'"],
  ])('%s of %s is %s', (sql, type, dbml) => {
    expect(defaultOf(sql, type)).toBe(dbml)
  })
})

test('a default with a backtick outside of quotes has no words', () => {
  expect(defaultOf('1 ` 2', 'integer')).toBeNull()
})
