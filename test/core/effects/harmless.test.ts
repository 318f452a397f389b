import { beforeAll, describe, expect, test } from 'vitest'
import { FileReach } from '../../../src/core/effects/harmless.ts'
import { statementNodes } from '../../../src/core/sql/statement-nodes.ts'
import { loadParser, type Parser } from '../../../src/parsers/postgres/parser.ts'

let parser: Parser
beforeAll(async () => {
  parser = await loadParser()
})

const statementsOf = (sql: string) => statementNodes(parser.parse(sql))

function reachOf(...statements: readonly string[]) {
  const file = new FileReach()
  for (const statement of statements.flatMap(statementsOf)) file.add(statement)
  return file.reach
}

describe('changes no row that was there:', () => {
  test.each([
    'CREATE TABLE t (a int DEFAULT random(), CHECK (a > 0))',
    'CREATE INDEX ON t (a) WHERE b IS NULL',
    'CREATE SCHEMA s',
    'CREATE VIEW v AS SELECT f(a) FROM t',
    "COMMENT ON TABLE t IS 'x'",
    'DROP VIEW v',
    'DROP INDEX i',
    'ALTER TABLE t ADD COLUMN a int NOT NULL DEFAULT 0',
    "ALTER TABLE t ADD COLUMN a numeric(10,2) DEFAULT '1'::numeric",
    'ALTER TABLE t ALTER a SET NOT NULL, ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)',
    "SET search_path = 'app'",
  ])('%s', (sql) => {
    expect(reachOf(sql)).toBe('harmless')
  })
})

describe('does what it says, and no more:', () => {
  test.each([
    'CREATE SCHEMA s CREATE TABLE t (a int)',
    'CREATE INDEX ON t (lower(a))',
    'DROP TABLE t',
    'DROP VIEW v CASCADE',
    'ALTER TABLE t DROP COLUMN a',
    'ALTER TABLE t ALTER a TYPE text',
    'ALTER TABLE t ADD COLUMN a int DEFAULT random()',
    'ALTER TABLE t ADD COLUMN a my_domain',
    'ALTER TABLE t ADD CHECK (f(a))',
    'ALTER TABLE t ALTER a SET NOT NULL, DROP COLUMN b',
    'CLUSTER t USING i',
  ])('%s', (sql) => {
    expect(reachOf(sql)).toBe('readable')
  })
})

describe('may do anything, by what it calls or sets off:', () => {
  test.each([
    'SELECT f()',
    'UPDATE t SET a = 1',
    'DELETE FROM t',
    'INSERT INTO t VALUES (1)',
    'CALL p()',
    'DO $$BEGIN END$$',
    'SET track_counts = off',
    'CREATE TABLE t AS SELECT f()',
    'SELECT 1; SELECT 2',
  ])('%s', (sql) => {
    expect(reachOf(sql)).toBe('opaque')
  })

  test('what cannot be read', () => {
    const file = new FileReach()
    file.addOpaque()
    for (const statement of statementsOf('CREATE TABLE t (a int)')) file.add(statement)
    expect(file.reach).toBe('opaque')
  })
})

describe('rows of a table that the file itself has made are nobody’s yet,', () => {
  const made = 'CREATE TABLE t (a int)'
  test('so that to fill it harms nothing', () => {
    expect(reachOf(made, "INSERT INTO t VALUES (1), ('2')")).toBe('harmless')
  })

  test.each([
    ['IF NOT EXISTS may have made nothing', ['CREATE TABLE IF NOT EXISTS t (a int)', 'INSERT INTO t VALUES (1)']],
    ['one of another schema is another one', [made, 'INSERT INTO s.t VALUES (1)']],
    ['a value may call a function', [made, 'INSERT INTO t VALUES (f())']],
    ['rows of a query may call one too', [made, 'INSERT INTO t SELECT * FROM v']],
    ['a conflict may change a row', [made, 'INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2']],
    [
      'a trigger may do anything',
      [made, 'CREATE TRIGGER x AFTER INSERT ON t EXECUTE FUNCTION f()', 'INSERT INTO t VALUES (1)'],
    ],
  ])('but %s', (_, statements) => {
    expect(reachOf(...statements)).toBe('opaque')
  })
})

test('the widest statement tells the reach of the file, wherever it stands', () => {
  expect(reachOf('DROP TABLE t', 'CREATE TABLE u (a int)')).toBe('readable')
  expect(reachOf('SELECT f()', 'DROP TABLE t')).toBe('opaque')
})
