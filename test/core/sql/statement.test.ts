import { describe, expect, test } from 'vitest'
import { SqlError } from '../../../src/core/sql/lexer.ts'
import {
  changesQuoting,
  isConcurrent,
  leadingNames,
  splitStatements,
  type TransactionRole,
  transactionRole,
} from '../../../src/core/sql/statement.ts'

function wordsOf(sql: string): readonly string[] {
  const [statement] = splitStatements(sql)
  if (statement === undefined) throw new Error(`no statement in ${sql}`)
  return statement.words
}

const roles: Record<TransactionRole, string[]> = {
  begins: [
    'BEGIN',
    'begin work',
    'BEGIN ISOLATION LEVEL SERIALIZABLE',
    'START TRANSACTION',
    'start transaction read only',
  ],
  ends: [
    'COMMIT',
    'commit work',
    'COMMIT AND CHAIN',
    'END',
    'END TRANSACTION',
    'ROLLBACK',
    'ROLLBACK AND NO CHAIN',
    'ABORT',
    "PREPARE TRANSACTION 'x'",
  ],
  outside: [
    'VACUUM',
    'VACUUM (ANALYZE) t',
    'vacuum full t',
    'CLUSTER',
    'CLUSTER VERBOSE',
    'CLUSTER (VERBOSE)',
    'DISCARD ALL',
    'ALTER SYSTEM SET work_mem = 1',
    'ALTER SYSTEM RESET ALL',
    'CREATE DATABASE d',
    'DROP DATABASE IF EXISTS d WITH (FORCE)',
    'ALTER DATABASE d SET TABLESPACE s',
    "CREATE TABLESPACE s LOCATION '/x'",
    'DROP TABLESPACE s',
    "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p",
    "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (connect = true, enabled = false)",
    "CREATE SUBSCRIPTION connect CONNECTION 'x' PUBLICATION false WITH (copy_data = off)",
    'ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = true)',
    'DROP SUBSCRIPTION s',
    'ALTER SUBSCRIPTION s REFRESH PUBLICATION',
    'ALTER SUBSCRIPTION s ADD PUBLICATION p',
    'CREATE INDEX CONCURRENTLY i ON t (a)',
    'CREATE INDEX /* x */ CONCURRENTLY -- y\n ON t (a)',
    'CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)',
    'create unique index concurrently if not exists i on t (a)',
    'DROP INDEX CONCURRENTLY i',
    'DROP INDEX CONCURRENTLY IF EXISTS i',
    'REINDEX TABLE CONCURRENTLY t',
    'REINDEX (VERBOSE, CONCURRENTLY) TABLE t',
    'reindex (concurrently) index i',
    'REINDEX DATABASE d',
    'REINDEX SYSTEM d',
    'REINDEX (VERBOSE) SCHEMA s',
    'ALTER TABLE t DETACH PARTITION p CONCURRENTLY',
    'ALTER TABLE IF EXISTS ONLY "s"."t" DETACH PARTITION "s"."p" FINALIZE',
    "COMMIT PREPARED 'x'",
    "ROLLBACK PREPARED 'x'",
  ],
  inside: [
    'SELECT 1',
    '(SELECT 1)',
    'SAVEPOINT a',
    'RELEASE SAVEPOINT a',
    'ROLLBACK TO a',
    'ROLLBACK TO SAVEPOINT a',
    'ROLLBACK WORK TO SAVEPOINT a',
    'PREPARE q AS SELECT 1',
    'CLUSTER t USING i',
    'DISCARD PLANS',
    'CREATE INDEX i ON t (a)',
    'CREATE INDEX "concurrently" ON t (a)',
    'CREATE TABLE index (concurrently int)',
    'CREATE TABLE "database" (a int)',
    'DROP INDEX i',
    'REINDEX TABLE t',
    'REINDEX (VERBOSE) TABLE t',
    'ALTER DATABASE d SET work_mem = 1',
    'ALTER TABLE t SET TABLESPACE s',
    'ALTER TABLE t DETACH PARTITION p',
    'ALTER TABLE t RENAME COLUMN detach TO finalize',
    'REINDEX TABLE system',
    'REINDEX INDEX concurrently_built',
    "ALTER TYPE e ADD VALUE 'x'",
    'ALTER SUBSCRIPTION s DISABLE',
    "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (connect = false)",
    "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (enabled=false, create_slot = off, slot_name = NONE)",
    'ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)',
    'REFRESH MATERIALIZED VIEW CONCURRENTLY v',
    'DO $$ BEGIN COMMIT; END $$',
    'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END',
    "COMMENT ON TABLE t IS 'VACUUM'",
  ],
}

describe('transactionRole', () => {
  for (const [role, cases] of Object.entries(roles)) {
    test.each(cases)(`${role}: %s`, (sql) => {
      expect(transactionRole(wordsOf(sql))).toBe(role)
    })
  }

  test('a statement without words is inside', () => {
    expect(transactionRole([])).toBe('inside')
  })
})

test.each([
  ['CREATE INDEX CONCURRENTLY i ON t (a)', true],
  ['REINDEX (CONCURRENTLY) TABLE t', true],
  ['REFRESH MATERIALIZED VIEW CONCURRENTLY v', true],
  ['CREATE INDEX i ON t (concurrently)', false],
  ['CREATE INDEX "concurrently" ON t (a)', false],
])('%s waits for others by design: %s', (sql, expected) => {
  expect(isConcurrent(wordsOf(sql))).toBe(expected)
})

test.each([
  ['SET standard_conforming_strings = off', true],
  ['set local standard_conforming_strings to off', true],
  ["SET standard_conforming_strings = 'off'", true],
  ['SET SESSION standard_conforming_strings = false', true],
  ['SET standard_conforming_strings = on', false],
  ['SET standard_conforming_strings TO true', false],
  ["SET standard_conforming_strings = 'on'", false],
  ["set session standard_conforming_strings to 'ON'", false],
  ['SET standard_conforming_strings = "on"', false],
  ['SET "Standard_Conforming_Strings" = 1', false],
  ['SET standard_conforming_strings /* a /* b */ = off */ = yes -- off', false],
  ["SET standard_conforming_strings = 't'", false],
  ["SET standard_conforming_strings = ''", true],
  ["SET standard_conforming_strings = 'on off'", true],
  ['SET "standard_conforming_strings" = off', true],
  ['SET standard_conforming_strings = 0', true],
  ['SET standard_conforming_strings TO DEFAULT', true],
  ['SET standard_conforming_strings = of', true],
  ['SET search_path = standard_conforming_strings, off', false],
  ['SET search_path = off', false],
  ['SHOW standard_conforming_strings', false],
])('%s changes what a quote means: %s', (sql, expected) => {
  expect(changesQuoting(sql)).toBe(expected)
})

describe('splitStatements', () => {
  test('gives each statement with its text and offsets', () => {
    const sql = "-- 😀\nSELECT ';' ;\n\nSELECT 2"
    expect(splitStatements(sql)).toMatchObject([
      { sql: "SELECT ';'", start: 6, end: 16, copyData: null },
      { sql: 'SELECT 2', start: 20, end: 28, copyData: null },
    ])
  })

  test('gives COPY with its data, line ends as in the text', () => {
    const sql = "COPY t FROM stdin;\r\n1\tit's;\r\n-- DOWN\r\n\\.\r\nSELECT 1;"
    expect(splitStatements(sql)).toMatchObject([
      { sql: 'COPY t FROM stdin', copiesIn: true, copyData: "1\tit's;\r\n-- DOWN\r\n" },
      { sql: 'SELECT 1', copiesIn: false, copyData: null },
    ])
  })

  test('gives COPY without rows with empty data', () => {
    expect(splitStatements('COPY t FROM stdin;\n\\.\n')).toMatchObject([{ copyData: '' }])
  })

  test('leaves out comments and \\restrict lines', () => {
    expect(splitStatements('\\restrict a\n-- b\n/* c */\nSELECT 1;\n\\unrestrict a\n')).toMatchObject([
      { sql: 'SELECT 1' },
    ])
  })

  test.each(['', ' \n', ';;', '-- a'])('finds nothing in %j', (sql) => {
    expect(splitStatements(sql)).toEqual([])
  })

  test('knows no markers', () => {
    expect(splitStatements('SELECT (\n-- DOWN\n1)')).toHaveLength(1)
  })

  test.each(["SELECT '", 'COPY t FROM stdin;\n1\n', 'COPY t FROM stdin'])('refuses %j', (sql) => {
    expect(() => splitStatements(sql)).toThrow(SqlError)
  })
})

describe('leadingNames', () => {
  test.each<[what: string, sql: string, expected: string[]]>([
    ['lowers plain names', 'CREATE TABLE Foo', ['create', 'table', 'foo']],
    ['keeps quoted names', 'DROP TABLE "Foo Bar"', ['drop', 'table', 'Foo Bar']],
    ['undoubles quotes', 'DROP TABLE "a""b"', ['drop', 'table', 'a"b']],
    ['gives dots', 'ALTER TABLE s . "T".c', ['alter', 'table', 's', '.', 'T', '.', 'c']],
    ['leaves out line comments', 'DROP -- x "y\n TABLE t', ['drop', 'table', 't']],
    ['leaves out comments', 'DROP/* x "y\n */TABLE t', ['drop', 'table', 't']],
    ['leaves out comments in comments', 'DROP /* a /* b */ c */ TABLE t', ['drop', 'table', 't']],
    ['ends with a comment that never closes', 'DROP /* a /* b */ c', ['drop']],
    ['gives other characters one by one', 'CREATE INDEX ON t(a)', ['create', 'index', 'on', 't', '(', 'a', ')']],
    ['takes $ and letters outside ASCII as part of a name', 'TABLE a$b.été_1', ['table', 'a$b', '.', 'été_1']],
    ['finds nothing in nothing', '', []],
  ])('%s', (_, sql, expected) => {
    expect(leadingNames(sql)).toEqual(expected)
  })

  test('stops at the limit', () => {
    expect(leadingNames('a b c d', 2)).toEqual(['a', 'b'])
  })
})
