import { describe, expect, test } from 'vitest'
import { lint } from '../../helpers/lint.ts'

const before = `
CREATE TABLE users (id bigint PRIMARY KEY, name varchar(20), email text, age int4, tags text, paid numeric(8,2), at timestamptz);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, status text NOT NULL, CONSTRAINT known CHECK (user_id IS NOT NULL));
CREATE INDEX orders_status ON orders (status);
CREATE DOMAIN short AS text CHECK (length(VALUE) < 9);
CREATE FUNCTION number() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION fixed() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE events (at date) PARTITION BY RANGE (at);
CREATE TABLE log (at date, who bigint) PARTITION BY RANGE (at);
CREATE TABLE log_a PARTITION OF log DEFAULT;
CREATE INDEX log_who ON log (who);
CREATE TYPE pair AS (a int, b int);
`

/** The rules that find something in one migration, without advice about indexes. */
async function rulesOf(sql: string, more: { major?: number; files?: string[] } = {}): Promise<string[]> {
  const { findings } = await lint({ before, files: [sql, ...(more.files ?? [])], major: more.major ?? 18 })
  return findings.filter(({ migration }) => migration === '1_x').map(({ rule }) => rule.replace('lint/', ''))
}

describe('what rewrites nothing and scans nothing is not told', () => {
  test.each([
    'ALTER TABLE users ALTER name TYPE varchar(40)',
    'ALTER TABLE users ALTER name TYPE text',
    'ALTER TABLE users ALTER paid TYPE numeric(10,2)',
    'ALTER TABLE users ALTER name TYPE text USING name::text',
    'ALTER TABLE users ADD c timestamptz DEFAULT now()',
    "ALTER TABLE users ADD c text NOT NULL DEFAULT ''",
    'ALTER TABLE users ADD c int DEFAULT fixed()',
    'ALTER TABLE users ADD c int GENERATED ALWAYS AS (age + 1) VIRTUAL',
    'ALTER TABLE orders ADD c bigint REFERENCES users; CREATE INDEX CONCURRENTLY ON orders (c)',
    'ALTER TABLE orders ALTER status SET NOT NULL',
    'ALTER TABLE orders ALTER user_id SET NOT NULL',
    'ALTER TABLE users ADD CONSTRAINT u CHECK (age > 0) NOT VALID; ALTER TABLE users DROP CONSTRAINT u',
    'CREATE TEMP TABLE t (a json, b char(3), c serial)',
    'CREATE TABLE t (id bigint PRIMARY KEY, user_id bigint UNIQUE REFERENCES users); ALTER TABLE t ADD c uuid DEFAULT gen_random_uuid()',
    'CREATE TABLE t (id bigint PRIMARY KEY); CREATE INDEX ON t (id); DROP TABLE t',
    'ALTER TYPE pair ALTER ATTRIBUTE a TYPE text',
    'CREATE INDEX events_at ON ONLY events (at)',
    'ALTER TABLE ONLY log ADD PRIMARY KEY (at)',
    'ALTER TABLE ONLY log ADD CONSTRAINT u UNIQUE (at)',
    'DROP INDEX log_who',
    'DROP INDEX CONCURRENTLY orders_status; DROP INDEX IF EXISTS orders_status',
    'DROP FUNCTION touch',
    'DROP FUNCTION number; CREATE FUNCTION number() RETURNS bigint LANGUAGE sql AS $$ SELECT 1 $$',
    'ALTER TABLE users RENAME TO people; CREATE VIEW users AS SELECT * FROM people',
    'ALTER TABLE public.users ADD a int; ALTER TABLE users ADD b int',
    'DO $$ BEGIN PERFORM 1; END $$',
    'BEGIN; ALTER TABLE users ADD a int; COMMIT; BEGIN; UPDATE users SET a = 1 WHERE id = 2; COMMIT',
  ])('%s', async (sql) => {
    expect(await rulesOf(sql)).toEqual([])
  })
})

test('a reference that all partitions have scans nothing when the whole table gets it', async () => {
  const reference = 'ADD CONSTRAINT f FOREIGN KEY (who) REFERENCES users'
  const files = [`ALTER TABLE log ${reference}`]
  const { findings } = await lint({ before: `${before}; ALTER TABLE log_a ${reference};`, files, major: 15 })
  expect(findings.map(({ rule }) => rule)).not.toContain('lint/constraint-missing-not-valid')
})

describe('what is told', () => {
  test.each([
    ['ALTER TABLE users ALTER name TYPE varchar(10)', 'changing-column-type'],
    ['ALTER TABLE log ADD CONSTRAINT u UNIQUE (at)', 'disallowed-unique-constraint'],
    ['ALTER TABLE log ADD CONSTRAINT f FOREIGN KEY (who) REFERENCES users', 'constraint-missing-not-valid'],
    ['ALTER TABLE users ALTER age TYPE bigint', 'changing-column-type'],
    ['ALTER TABLE users ALTER tags TYPE text USING upper(tags)', 'changing-column-type'],
    ['ALTER TABLE by_hand ALTER c TYPE text', 'changing-column-type'],
    ['ALTER TABLE users ADD c int DEFAULT number()', 'adding-field-with-default'],
    ['ALTER TABLE users ADD c short', 'adding-field-with-default'],
    ['ALTER TABLE users ADD c bigint GENERATED ALWAYS AS IDENTITY', 'adding-field-with-default'],
    ['ALTER TABLE users ADD c int GENERATED ALWAYS AS (age + 1) STORED', 'adding-field-with-default'],
    ['ALTER TABLE users ADD c int CHECK (c > 0)', 'constraint-missing-not-valid'],
    ['DO $$ BEGIN ALTER TABLE users ADD CHECK (age > 0); END $$', 'constraint-missing-not-valid'],
    ['DO $$ BEGIN CREATE INDEX ON users (email); END $$', 'require-concurrent-index-creation'],
    ['ALTER TABLE users ALTER email SET NOT NULL', 'adding-not-nullable-field'],
    ['CREATE INDEX ON events (at)', 'require-concurrent-index-creation'],
    ['ALTER TABLE users ADD c text NOT NULL', 'adding-required-field'],
    ['ALTER TABLE users RENAME name TO title', 'renaming-column'],
    ['ALTER FUNCTION number() RENAME TO amount', 'renaming-object'],
    ['TRUNCATE users CASCADE', 'ban-truncate-cascade'],
    ['UPDATE users SET age = 1', 'update-all-rows'],
    ['ALTER TABLE users SET UNLOGGED', 'rewriting-table'],
    ['CREATE TABLE t (a json)', 'json-column'],
  ])('%s: %s', async (sql, rule) => {
    expect(await rulesOf(sql)).toEqual([rule])
  })

  test('a key of 32 bits is told wherever its column is made', async () => {
    for (const added of ['ADD c int, ADD PRIMARY KEY (c)', 'ADD PRIMARY KEY (c), ADD c int'])
      expect(await rulesOf(`ALTER TABLE by_hand ${added}`)).toContain('prefer-bigint-over-int')
    expect(await rulesOf('CREATE TABLE t (c int, PRIMARY KEY (c))')).toEqual(['prefer-bigint-over-int'])
    expect(await rulesOf('ALTER TABLE by_hand ALTER c TYPE int')).toEqual(['changing-column-type'])
  })

  test('SQL to be pasted has quotes where a name needs them', async () => {
    const files = [
      `ALTER TABLE "Order" ADD FOREIGN KEY ("user") REFERENCES users; ALTER TABLE "Order" ALTER "user" SET NOT NULL; ALTER TABLE "Order" ALTER plain SET NOT NULL;
       ALTER TABLE "Order" ADD CONSTRAINT "My check" CHECK (plain > 0) NOT VALID`,
    ]
    const known = `${before} CREATE TABLE "Order" (id bigint PRIMARY KEY, "user" bigint, plain bigint);`
    const { findings } = await lint({ before: known, files })
    expect(findings.map(({ instead }) => instead)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('CREATE INDEX CONCURRENTLY ON "Order" ("user")'),
        expect.stringContaining('NOT NULL "user" NOT VALID'),
        expect.stringContaining('NOT NULL plain NOT VALID'),
        expect.stringContaining('ALTER TABLE "Order" VALIDATE CONSTRAINT "My check"'),
      ]),
    )
  })

  test('a serial column that is added takes numbers, though it needs no value', async () => {
    const rules = await rulesOf('ALTER TABLE users ADD c serial NOT NULL')
    expect(rules.sort()).toEqual(['adding-field-with-default', 'prefer-bigint-over-int', 'prefer-identity'])
  })

  test('of several columns that are dropped those that the same run has added are not told', async () => {
    const sql = 'ALTER TABLE users ADD c int;\nALTER TABLE users DROP COLUMN c, DROP COLUMN tags'
    const { findings } = await lint({ before, files: [sql] })
    const dropped = findings.filter(({ rule }) => rule === 'lint/ban-drop-column')
    expect(dropped.map(({ message }) => message)).toEqual(['the running release may use users.tags'])
  })
})

test('each finding stands where its statement does, with the column in characters', async () => {
  const sql =
    "SELECT 'ünï😀';\n/* é😀 */ CREATE INDEX i ON users (email);\nDO $$\nBEGIN\n  DROP TABLE orders;\nEND $$;\n"
  const { findings } = await lint({ before, files: [sql] })
  const places = findings.map(({ rule, place }) => `${rule} ${place.line}:${place.column}`)
  expect(places).toEqual(['lint/require-concurrent-index-creation 2:10', 'lint/ban-drop-table 5:3'])
})

describe('what a later migration does counts', () => {
  const column = 'CREATE TABLE t (id bigint PRIMARY KEY, user_id bigint REFERENCES users);'

  test('an index for a foreign key', async () => {
    expect(await rulesOf(column)).toEqual(['foreign-key-without-index'])
    expect(await rulesOf(column, { files: ['CREATE INDEX ON t (user_id)'] })).toEqual([])
    expect(await rulesOf(column, { files: ['CREATE INDEX ON t (id, user_id)'] })).toEqual(['foreign-key-without-index'])
    expect(await rulesOf(column, { files: ['DROP TABLE t'] })).toEqual([])
  })

  test('VALIDATE of what was NOT VALID', async () => {
    const add = 'ALTER TABLE users ADD CONSTRAINT grown CHECK (age > 17) NOT VALID'
    expect(await rulesOf(add)).toEqual(['constraint-never-validated'])
    expect(await rulesOf(add, { files: ['ALTER TABLE users VALIDATE CONSTRAINT grown'] })).toEqual([])
  })
})

describe('a table is in use', () => {
  const make = 'CREATE TABLE t (id bigint PRIMARY KEY, a int);'
  const change = 'ALTER TABLE t ALTER a TYPE text;'

  test('by nobody where the same run makes it, unless each migration is looked at by itself', async () => {
    expect((await lint({ files: [make, change] })).found).toEqual([])
    expect((await lint({ files: [make, change], eachByItself: true })).found).toEqual(['2:1 lint/changing-column-type'])
    expect((await lint({ files: [`${make}\n${change}`], eachByItself: true })).found).toEqual([])
  })

  test('when DOWN runs, which is looked at for locks and for what fails', async () => {
    const down = `ALTER TABLE users ADD old text NOT NULL;\nCREATE INDEX ON users (email);\nALTER TABLE users DROP COLUMN c;\n`
    const { found } = await lint({ before, files: [`-- UP\nALTER TABLE users ADD c int;\n-- DOWN\n${down}`] })
    expect(found).toEqual(['1:4 lint/adding-required-field', '1:5 lint/require-concurrent-index-creation'])
    const own = `-- UP\n${make}\nCREATE INDEX t_a ON t (a);\n-- DOWN\nDROP INDEX t_a;\nDROP TABLE t;\n`
    expect((await lint({ before, files: [own] })).found).toEqual([])
  })
})

test('what it advises for SET NOT NULL is known to the major of the server', async () => {
  const advice = async (major: number) => {
    const { findings } = await lint({ before, files: ['ALTER TABLE users ALTER email SET NOT NULL'], major })
    return findings[0]?.instead
  }
  expect(await advice(17)).toContain('CHECK (email IS NOT NULL) NOT VALID')
  expect(await advice(18)).toContain('NOT NULL email NOT VALID')
})

test('without squawk its rules are not looked for, and our own are', async () => {
  const files = ['ALTER TABLE users ALTER email SET NOT NULL; CREATE INDEX ON users (email)']
  const { found } = await lint({ before, files, usesSquawk: false })
  expect(found).toEqual(['1:1 lint/adding-not-nullable-field'])
})

test('the index that is proposed is as unique as the one that blocks', async () => {
  const { findings } = await lint({ before, files: ['CREATE UNIQUE INDEX ON users (email)'], major: 18 })
  expect(findings.map(({ instead }) => instead)).toEqual([
    'CREATE UNIQUE INDEX CONCURRENTLY, in a migration of its own',
  ])
})

test('DROP INDEX names the table with its schema', async () => {
  const made =
    'CREATE SCHEMA app; CREATE TABLE app.users (id bigint PRIMARY KEY, name text); CREATE INDEX n ON app.users (name);'
  const { findings } = await lint({ before: made, files: ['DROP INDEX app.n'], major: 18 })
  expect(findings.map(({ message }) => message)).toEqual([
    'DROP INDEX waits for all that use app.users, and whoever comes after waits behind it',
  ])
})
