import { describe, expect, test } from 'vitest'
import { equivalentDefault } from '../../../src/core/schema/foreign-defaults.ts'
import { equivalentOf, serialType } from '../../../src/core/schema/foreign-types.ts'

describe('types of other databases', () => {
  test.each([
    ['datetime', 'timestamp'],
    ['DateTime', 'timestamp'],
    ['datetime2(3)', 'timestamp(3)'],
    ['datetimeoffset(7)', 'timestamptz'],
    ['datetime2(7)', 'timestamp'],
    ['nvarchar(255)', 'varchar(255)'],
    ['nvarchar(max)', 'varchar'],
    ['sysname(256)', 'varchar(256)'],
    ['varchar(max)', 'varchar'],
    ['varchar2(20 char)', 'varchar(20)'],
    ['text(36)', 'text'],
    ['int(11)', 'int'],
    ['int(11) unsigned', 'bigint'],
    ['int unsigned', 'bigint'],
    ['int(3) unsigned zerofill', 'bigint'],
    ['bigint(20) unsigned', 'bigint'],
    ['tinyint(1)', 'smallint'],
    ['number(10, 2)', 'numeric(10, 2)'],
    ['decimal(10,2) unsigned', 'decimal(10,2)'],
    ['double(8,2)', 'double precision'],
    ['float(8,2)', 'float'],
    ['string[]', 'text[]'],
    ['year', 'smallint'],
    ['strange', null],
    ['strange(3)', null],
    ["enum('a')", null],
  ])('%s is %s', (written, type) => expect(equivalentOf(written)).toBe(type))

  test.each([
    ['serial', 'integer'],
    ['BIGSERIAL', 'bigint'],
    ['smallserial', 'smallint'],
    ['int', null],
  ])('%s counts as %s', (written, type) => expect(serialType(written)).toBe(type))
})

describe('defaults of other databases', () => {
  const own = new Set(['now', 'gen_random_uuid', 'newid'])
  const other = (written: string, type: string) => equivalentDefault(written, type, (name) => !own.has(name))

  test.each([
    ["'now()'", 'timestamp without time zone', 'now()'],
    ["'CURRENT_TIMESTAMP'", 'timestamp with time zone', 'CURRENT_TIMESTAMP'],
    ["'now'", 'date', 'now()'],
    ["'gen_random_uuid()'", 'uuid', 'gen_random_uuid()'],
    ['(now)', 'timestamp without time zone', 'now()'],
    ['(GETDATE())', 'timestamp without time zone', 'now()'],
    ['(uuid_generate_v4())', 'uuid', 'gen_random_uuid()'],
    ['(CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP)', 'timestamp without time zone', '(CURRENT_TIMESTAMP)'],
    ['(getdate() ON UPDATE getdate())', 'timestamp without time zone', 'now()'],
    ['1', 'boolean', 'true'],
    ['0', 'boolean', 'false'],
    ['1', 'bit', "'1'"],
    ['({"a": "it\'s"})', 'jsonb', `'{"a": "it''s"}'`],
  ])('%s of a %s is %s', (written, type, sql) => expect(other(written, type)).toBe(sql))

  test.each([
    ["'now()'", 'text'],
    ['(now())', 'timestamp without time zone'],
    ['(newid())', 'uuid'],
    ['(app.code())', 'text'],
    ['1', 'integer'],
    ["'2026-01-01'", 'date'],
    ["'{}'", 'jsonb'],
    ['(strange())', 'text'],
    ['(ARRAY[]::text[])', 'text[]'],
  ])('%s of a %s stays', (written, type) => expect(other(written, type)).toBeNull())
})
