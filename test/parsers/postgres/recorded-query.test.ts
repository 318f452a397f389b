import { expect, test } from 'vitest'
import { shapesOf } from '../../../src/parsers/postgres/query-shape.ts'
import { queryReader } from '../../../src/parsers/postgres/recorded-query.ts'

const { read } = await queryReader()
const texts = (sql: string) => read(sql).map((one) => (one.kind === 'query' ? one.text : one.kind))

test.each([
  [
    "SELECT a, 'secret' FROM t WHERE b = 5 AND c IN (1, 2) -- token=1\n  /* trace */ ORDER BY 1",
    'SELECT a, $1 FROM t WHERE b = $2 AND c IN ($3, $4) ORDER BY 1',
  ],
  [
    "select x::numeric(10, 2) from t where at > now() - interval '3 days' and d = date '2020-01-01'",
    'select x::numeric(10, 2) from t where at > now() - CAST($1 AS interval) and d = CAST($2 AS date)',
  ],
  [
    'SELECT interval $1, extract($2 FROM "A é" ) FROM t',
    'SELECT CAST($1 AS interval), pg_catalog."extract"($2, "A é" ) FROM t',
  ],
  ["SELECT E'a\\'b', $$x$$, B'1', true FROM t;", 'SELECT $1, $2, $3, $4 FROM t'],
  ['SELECT $1::int FROM t WHERE a IN ($2 /*, ... */)', 'SELECT $1::int FROM t WHERE a IN ($2 )'],
  ["INSERT INTO t (a) VALUES ('x') RETURNING id", 'INSERT INTO t (a) VALUES ($1) RETURNING id'],
  ['WITH x AS (SELECT 1) UPDATE t SET a = 2', 'WITH x AS (SELECT $2) UPDATE t SET a = $1'],
  ['SELECT my_function(1)', 'SELECT my_function($1)'],
  ['SELECT a FROM', 'unreadable'],
  ['SELECT "a\nb" FROM t', 'unreadable'],
  ["ALTER ROLE a PASSWORD 'x'", 'utility'],
  ["COPY t FROM '/x'", 'utility'],
  ['SELECT relname FROM pg_class', 'own'],
  ['WITH x AS (SELECT oid FROM pg_catalog.pg_class) SELECT * FROM x', 'own'],
  ['SELECT now()', 'own'],
  ['UPDATE nself.migrations SET a = 1', 'own'],
  ['SELECT query FROM public.pg_stat_statements', 'own'],
])('the recorded query %j is kept as %s', (sql, kept) => {
  expect(texts(sql)).toEqual([kept])
})

test('each statement of a text is one of its own', () => {
  expect(texts("BEGIN; SELECT 'é' FROM t; INSERT INTO t VALUES (1); COMMIT")).toEqual([
    'utility',
    'SELECT $1 FROM t',
    'INSERT INTO t VALUES ($1)',
    'utility',
  ])
})

test('the same query in other words has one fingerprint', () => {
  const print = (sql: string) => read(sql).map((one) => (one.kind === 'query' ? one.fingerprint : ''))
  expect(print('SELECT a FROM t WHERE b IN (1)')).toEqual(print('select  a from t where b in ($1, $2, $3)'))
  expect(print('SELECT a FROM t')).not.toEqual(print('SELECT b FROM t'))
})

test.each([
  ["SELECT a FROM t WHERE b = 'x'", "SELECT c FROM t WHERE b = 'y'"],
  ["SELECT E'\\'' FROM t WHERE a = ''", "SELECT E'\\'' FROM t WHERE b = ''"],
  ['SELECT a1 FROM t', 'SELECT a2 FROM t'],
  [`SELECT "it's", a FROM t WHERE b = 'x'`, `SELECT "it's", b FROM t WHERE b = 'x'`],
  ['SELECT "a 1 b" FROM t', 'SELECT "a 2 b" FROM t'],
  ['SELECT "1" FROM t', 'SELECT "2" FROM t'],
  ['SELECT $$x$$, a FROM t', 'SELECT $$x$$, b FROM t'],
])('%s is not taken for %s', (one, other) => {
  expect(texts(one)).not.toEqual(texts(other))
})

test('what differs in values alone is the same', () => {
  const values = ["a = 1 AND b = 'it''s'", "a = 22.5 AND b = ''"]
  const [one, other] = values.map((value) => texts(`SELECT a FROM t WHERE ${value}`))
  expect(one).toEqual(['SELECT a FROM t WHERE a = $1 AND b = $2'])
  expect(other).toEqual(one)
})

test('the shape of an INSERT has its columns, or how many values a row has', async () => {
  const shapes = await shapesOf([
    'INSERT INTO s.t (a, "B") VALUES ($1, $2) ON CONFLICT (a) DO NOTHING',
    'INSERT INTO t VALUES ($1, $2, $3), ($4, $5, $6) ON CONFLICT DO NOTHING',
    'INSERT INTO t SELECT * FROM u',
    'WITH x AS (INSERT INTO t DEFAULT VALUES RETURNING id) SELECT id FROM x',
    'SELECT 1 FROM',
    'INSERT INTO t (a, b) VALUES ($1, $2), ($3, DEFAULT)',
    'MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED THEN INSERT (a, b) VALUES (u.a, DEFAULT)',
  ])
  expect(shapes.map(({ inserts, infers, parameters }) => [...inserts, infers, parameters])).toEqual([
    [{ schema: 's', table: 't', columns: ['a', 'B'], width: 2, defaults: [] }, true, 2],
    [{ schema: null, table: 't', columns: null, width: 3, defaults: [] }, false, 6],
    [{ schema: null, table: 't', columns: null, width: null, defaults: [] }, false, 0],
    [{ schema: null, table: 't', columns: null, width: 0, defaults: [] }, false, 0],
    [false, 0],
    [{ schema: null, table: 't', columns: ['a', 'b'], width: 2, defaults: [1] }, false, 3],
    [{ schema: null, table: 't', columns: ['a', 'b'], width: 2, defaults: [1] }, false, 0],
  ])
})
