import { beforeAll, describe, expect, test } from 'vitest'
import { Made } from '../../../src/core/effects/danger.ts'
import { dangersOf } from '../../../src/core/effects/statement-dangers.ts'
import { statementNodes } from '../../../src/core/sql/statement-nodes.ts'
import { loadParser, type Parser } from '../../../src/parsers/postgres/parser.ts'

let parser: Parser
beforeAll(async () => {
  parser = await loadParser()
})

const dangersIn = (sql: string, made = new Made()) =>
  statementNodes(parser.parse(sql)).flatMap((statement) => dangersOf(statement, made))

test('a danger says what it concerns as data', () => {
  expect(dangersIn('ALTER TABLE app."a.b" DROP COLUMN c, ALTER d TYPE varchar(5)[]')).toMatchObject([
    { kind: 'drop-column', object: 'app."a.b".c', relation: { schema: 'app', name: 'a.b' }, column: 'c' },
    { kind: 'retype', retype: { schema: 'app', table: 'a.b', column: 'd', type: 'varchar(5)[]' } },
  ])
  expect(dangersIn('DROP SCHEMA s')).toMatchObject([{ kind: 'drop', object: 's', relation: null, schema: 's' }])
  expect(dangersIn('TRUNCATE a CASCADE')).toMatchObject([{ relation: { schema: null, name: 'a' }, cascades: true }])
})

test('a change of type by USING is told without the type, whatever the column has now', () => {
  const [danger] = dangersIn('ALTER TABLE t ALTER a TYPE text USING left(a, 1)')
  expect(danger).toMatchObject({ kind: 'retype', destructive: true })
  expect(danger?.retype).toBeUndefined()
})

describe('what destroys is told from what changes some rows:', () => {
  test.each([
    ['UPDATE t SET a = 1', [['update', true]]],
    ['UPDATE t SET a = 1 WHERE b = 2', [['update', false]]],
    ['DELETE FROM t WHERE b = 2', [['delete', true]]],
    ['INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2', [['update', false]]],
    ['INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING', []],
    [
      'MERGE INTO t USING u ON t.a = u.a WHEN MATCHED AND u.b THEN DELETE WHEN MATCHED THEN UPDATE SET a = 1',
      [
        ['delete', true],
        ['update', false],
      ],
    ],
    ['MERGE INTO t USING u ON true WHEN MATCHED THEN UPDATE SET a = 1', [['update', true]]],
    ['UPDATE t SET a = 1 WHERE b IN (SELECT b FROM t)', [['update', true]]],
    ['ALTER TABLE t SET UNLOGGED', [['unlogged', true]]],
    ['ALTER TABLE t SET LOGGED', []],
    ['CREATE FUNCTION f() RETURNS void BEGIN ATOMIC DELETE FROM t; END', []],
    ['DROP TYPE t', []],
    ['DROP VIEW v CASCADE', []],
  ])('%s', (sql, expected) => {
    expect(dangersIn(sql).map(({ kind, destructive }) => [kind, destructive])).toEqual(expected)
  })
})

describe('a table that the run has made holds nothing of the user', () => {
  const after = (first: string, ...then: string[]) => {
    const made = new Made()
    dangersIn(first, made)
    return then.map((sql) => dangersIn(sql, made).length)
  }

  test.each([
    ['CREATE TABLE t (a int)', [0, 0]],
    ['CREATE TABLE t AS SELECT 1 AS a', [0, 0]],
    ['CREATE TABLE IF NOT EXISTS t (a int)', [1, 1]],
    ['CREATE TABLE u (a int)', [1, 1]],
    ['CREATE TABLE app.t (a int)', [1, 1]],
  ])('after %s', (first, counts) => {
    expect(after(first, 'DELETE FROM t', 'DROP TABLE t')).toEqual(counts)
  })

  test('for as long as a temporary table lives', () => {
    const made = new Made()
    dangersIn('CREATE TEMP TABLE t (a int)', made)
    expect(dangersIn('DELETE FROM t', made)).toEqual([])
    made.endFile()
    expect(dangersIn('DELETE FROM t', made)).toHaveLength(1)
  })
})
