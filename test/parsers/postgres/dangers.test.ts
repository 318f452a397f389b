import { describe, expect, test } from 'vitest'
import { withOldType } from '../../../src/core/effects/danger.ts'
import { parseMigration } from '../../../src/core/migration/parse-file.ts'
import { inspect } from '../../../src/parsers/postgres/dangers.ts'

function script(text: string, i = 0) {
  const { name, path, up } = parseMigration(`${i + 1}_a.sql`, { version: `${i + 1}`, name: `${i + 1}_a` }, text)
  return { name, path, section: up }
}

async function found(...texts: string[]): Promise<string[]> {
  const scripts = texts.map(script)
  const { findings } = await inspect(scripts)
  return findings.map(({ what, location }) => `${location.path}:${location.line} ${what}`)
}

describe('what destroys data is found', () => {
  test.each([
    [
      'DROP TABLE a, s.b CASCADE',
      ['drops the table a and what depends on it', 'drops the table s.b and what depends on it'],
    ],
    ['DROP SCHEMA s', ['drops the schema s']],
    ['DROP TYPE t CASCADE', ['drops the type t and what depends on it']],
    ['DROP MATERIALIZED VIEW IF EXISTS m', ['drops the materialized view m']],
    [
      'ALTER TABLE "Odd t" DROP COLUMN a, ADD b int, DROP IF EXISTS c',
      ['drops the column Odd t.a', 'drops the column Odd t.c'],
    ],
    [
      'ALTER TABLE t ALTER a TYPE smallint',
      ['changes the type of t.a to int2, which may lose data and rewrites the table'],
    ],
    ['TRUNCATE a, b', ['empties the table a', 'empties the table b']],
    ['DELETE FROM t', ['deletes all rows of t']],
    ['DELETE FROM t WHERE true', ['deletes all rows of t']],
    ['UPDATE s.t SET a = 1', ['changes all rows of s.t']],
    ['WITH gone AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM gone', ['deletes all rows of t']],
    ['DROP DATABASE d', ['drops the database d']],
    ['DROP OWNED BY r', ['drops everything that a role owns']],
    ['CREATE TABLE IF NOT EXISTS t (a int); DELETE FROM t', ['deletes all rows of t']],
    ['CREATE TABLE IF NOT EXISTS t AS SELECT 1; DROP TABLE t', ['drops the table t']],
    ["DO $$ BEGIN EXECUTE 'TRUNCATE t'; END $$", ['empties the table t']],
    ["DO $$ BEGIN EXECUTE format('DROP TABLE %I', name); END $$", ['drops the table …']],
  ])('%s', async (sql, expected) => {
    expect(await found(sql)).toEqual(expected.map((what) => `1_a.sql:1 ${what}`))
  })

  test('at its line, after the marker, an emoji and COPY data, and inside a DO block', async () => {
    const sql =
      "-- UP\nSELECT '😀';\nCOPY t FROM stdin;\nDROP TABLE no;\n\\.\nDROP TABLE a;\nDO $$\nBEGIN\n  IF true THEN\n    DELETE FROM t;\n  END IF;\nEND $$;\n-- DOWN\nDROP TABLE b;\n"
    expect(await found(sql)).toEqual(['1_a.sql:6 drops the table a', '1_a.sql:10 deletes all rows of t'])
  })
})

describe('what destroys nothing is not', () => {
  test.each([
    'DROP INDEX i',
    'DROP VIEW v',
    'DROP TYPE t',
    "SELECT 'DROP TABLE a' -- DROP TABLE b",
    "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM t'",
    'CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC DELETE FROM t; END',
    'CREATE TEMP TABLE x (a int); UPDATE x SET a = 1; DELETE FROM x; ALTER TABLE x DROP a; DROP TABLE x',
    'CREATE TABLE x AS SELECT 1; DROP TABLE x',
  ])('%s', async (sql) => {
    expect(await found(sql)).toEqual([])
  })

  test('nor what an earlier file of the same run has made', async () => {
    expect(await found('CREATE TABLE x (a int)', 'DROP TABLE x; DROP TABLE y')).toEqual(['2_a.sql:1 drops the table y'])
  })
})

test('a temporary table of one file is none of the next', async () => {
  expect(await found('CREATE TEMP TABLE x (a int); DELETE FROM x', 'DELETE FROM x')).toEqual([
    '2_a.sql:1 deletes all rows of x',
  ])
})

test('what PostgreSQL cannot parse is an error with its place', async () => {
  await expect(found("-- UP\nSELECT '😀' FORM t\n")).rejects.toMatchObject({
    code: 'invalid-migration',
    location: { path: '1_a.sql', line: 2, column: 17 },
  })
})

test.each([
  ['character varying(10)', 'varchar(20)', null],
  ['text', 'varchar', null],
  [
    'character varying(10)',
    'varchar(9)',
    [
      true,
      'from varchar(10) to varchar(9): blanks beyond 9 characters are lost; fails if a value is longer than 9 characters',
    ],
  ],
  ['integer', 'int8', [false, 'from integer to int8: keeps all values; rewrites the whole table']],
  ['integer', 'int8 USING c::int8', [false, 'from integer to int8: keeps all values']],
  ['numeric(10,4)', 'numeric(10,2)', [true, 'values are rounded']],
  ['text', 'varchar(9) USING c::varchar(9)', [true, 'which may lose data']],
  ['integer', 'int8 USING d::int8', [true, 'which may lose data']],
  ['integer', 'int8 USING (c + 1)::int8', [true, 'which may lose data']],
])('a column of %s that becomes %s', async (from, to, expected) => {
  const { findings } = await inspect([script(`-- UP\nALTER TABLE t ALTER COLUMN c TYPE ${to};\n`)])
  const told = findings.map((finding) => withOldType(finding, from))[0]
  if (expected === null || told === null || told === undefined) return expect(told).toBe(expected)
  expect([told.destructive, told.what]).toEqual([expected[0], expect.stringContaining(String(expected[1]))])
})

describe('what acts beyond its transaction counts as destructive', () => {
  const why = 'outside of its transaction, where nself cannot tell what it does and cannot roll it back'
  test.each([
    ["COPY t FROM PROGRAM 'x';", `runs a program on the server ${why}`],
    ["COPY (SELECT 1) TO PROGRAM 'x';", `runs a program on the server ${why}`],
    ["SELECT ext.dblink_exec('', 'DELETE FROM t');", `calls dblink_exec ${why}`],
    ["DO $$ BEGIN PERFORM dblink_exec('', 'DELETE FROM t'); END $$;", `calls dblink_exec ${why}`],
    ["DO $$ BEGIN EXECUTE 'COPY t FROM PROGRAM ''x'''; END $$;", `runs a program on the server ${why}`],
    [
      "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT dblink_exec('''', ''x'')'; SELECT f();",
      `calls dblink_exec ${why}`,
    ],
  ])('%s', async (sql, what) => {
    expect(await found(`-- UP\n${sql}`)).toEqual([`1_a.sql:2 ${what}`])
  })

  test('but not what only makes a function that nobody calls', async () => {
    const body = "'SELECT dblink_exec('''', ''x'')'"
    expect(await found(`-- UP\nCREATE FUNCTION f() RETURNS text LANGUAGE sql AS ${body};`)).toEqual([])
  })
})

describe('outside a transaction what cannot be read counts as destructive', () => {
  test.each([
    ['DO $$ BEGIN COMMIT; END $$', ['runs DO outside a transaction, where nself cannot tell beforehand what it does']],
    [
      'DO $$ BEGIN PERFORM mine(); END $$',
      ['runs DO outside a transaction, where nself cannot tell beforehand what it does'],
    ],
    [
      'DO $$ BEGIN IF mine() THEN RAISE EXCEPTION $x$no$x$; END IF; END $$',
      ['runs DO outside a transaction, where nself cannot tell beforehand what it does'],
    ],
    ['DO $$ BEGIN IF EXISTS (SELECT FROM t WHERE a IS NULL) THEN RAISE check_violation; END IF; END $$', []],
    ['CALL p()', ['runs CALL outside a transaction, where nself cannot tell beforehand what it does']],
    [
      'CREATE INDEX CONCURRENTLY i ON t (f(a))',
      ['runs CREATE outside a transaction, where nself cannot tell beforehand what it does'],
    ],
    ['SELECT f()', []],
    ['BEGIN; CALL p(); COMMIT; BEGIN; DO $$ BEGIN NULL; END $$; COMMIT', []],
    ["SELECT setval('s', 3)", []],
    ['CREATE INDEX CONCURRENTLY i ON t (lower(a))', []],
    ['VACUUM t', []],
  ])('%s', async (sql, expected) => {
    const lines = await found(`-- nself: no-transaction\n-- UP\n${sql};`)
    expect(lines).toEqual(expected.map((what) => `1_a.sql:3 ${what}`))
  })
})
