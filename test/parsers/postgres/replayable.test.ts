import { expect, test } from 'vitest'
import { parseMigration } from '../../../src/core/migration/parse-file.ts'
import type { Section } from '../../../src/core/migration/section.ts'
import { replayable } from '../../../src/parsers/postgres/replayable.ts'

const replayed = (sql: string) =>
  replayable(
    [parseMigration('001_a.sql', { version: '1', name: '001_a' }, `-- UP\n${sql}\n`)],
    (text) => `SELECT up(${text})`,
  )

const textsOf = (section: Section | undefined) =>
  section?.kind === 'held' ? [...section.statements].map(({ start, end }) => section.sql.slice(start, end)) : []

test.each([
  ["ALTER ROLE a LOGIN PASSWORD 'x'", 'ALTER ROLE'],
  ['ALTER ROLE a RENAME TO b', 'ALTER ROLE'],
  ['DROP ROLE IF EXISTS a', 'DROP ROLE'],
  ['GRANT a TO b', 'GRANT of a role'],
  ['CREATE DATABASE x', 'CREATE DATABASE'],
  ['DROP DATABASE IF EXISTS x', 'DROP DATABASE'],
  ["ALTER DATABASE x SET timezone = 'UTC'", 'ALTER DATABASE'],
  ['GRANT CONNECT ON DATABASE x TO a', 'GRANT ON DATABASE'],
  ["COMMENT ON ROLE a IS 'x'", 'COMMENT ON ROLE'],
  ["ALTER SYSTEM SET log_statement = 'all'", 'ALTER SYSTEM'],
  ["CREATE TABLESPACE t LOCATION '/x'", 'CREATE TABLESPACE'],
  ["COPY a TO PROGRAM 'x'", 'COPY TO PROGRAM'],
  ["COPY a FROM '/x'", 'COPY FROM a file of the server'],
  ['SELECT pg_reload_conf()', 'a call of pg_reload_conf'],
  ['CREATE EXTENSION IF NOT EXISTS pg_cron', 'CREATE EXTENSION pg_cron'],
  ['DROP EXTENSION pg_cron CASCADE', 'DROP EXTENSION pg_cron'],
  ['GRANT USAGE ON SCHEMA cron TO a', 'GRANT on what an extension keeps'],
  ['GRANT SELECT ON cron.job TO a', 'GRANT on what an extension keeps'],
  ["UPDATE cron.job SET nodename = ''", 'rows that an extension keeps'],
  ["SELECT cron.schedule('x', '* * * * *', 'SELECT 1')", 'a call of cron.schedule'],
  ['SELECT pg_terminate_backend(pid) FROM pg_stat_activity', 'a call of pg_terminate_backend'],
  ["SELECT dblink_exec('host=x', 'DELETE FROM a')", 'a call of dblink_exec'],
])('leaves out what reaches beyond the database, and the rest keeps its lines: %s', async (sql, what) => {
  const { files, leftOut } = await replayed(`CREATE TABLE a (i int);\n${sql};\nSELECT 1;`)
  expect(leftOut).toEqual([{ migration: '001_a', what, makesSchema: false, sql }])
  const up = files[0]?.up
  expect(textsOf(up)).toEqual(['CREATE TABLE a (i int)', 'SELECT 1'])
  expect(up?.kind === 'held' && up.sql.slice(0, up.sql.indexOf('SELECT 1')).split('\n').length).toBe(4)
})

test.each([
  'CREATE EXTENSION hstore',
  'DROP EXTENSION hstore',
  "COMMENT ON EXTENSION hstore IS 'x'",
  'CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()',
  'CREATE OPERATOR FAMILY f USING btree',
  'CREATE PUBLICATION p FOR ALL TABLES',
  'ALTER TABLE a DISABLE TRIGGER ALL',
  'ALTER TABLE a OWNER TO bob',
  'ALTER FUNCTION f() OWNER TO bob',
])('has a superuser do what stays in the database: %s', async (sql) => {
  const { files, leftOut } = await replayed(sql)
  expect(textsOf(files[0]?.up)).toEqual([`SELECT up(${sql})`])
  expect(leftOut).toEqual([])
})

test.each([
  "INSERT INTO a VALUES ('DROP ROLE x')",
  'CREATE PUBLICATION p FOR TABLE a',
  'COPY a TO STDOUT',
  "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SELECT pg_reload_conf()'",
  "COMMENT ON TABLE a IS 'x'",
  'DO $$ BEGIN CREATE TABLE b (i int); END $$',
])('leaves alone what touches its own database only: %s', async (sql) => {
  const { files, leftOut } = await replayed(sql)
  expect(textsOf(files[0]?.up)).toEqual([sql])
  expect(leftOut).toEqual([])
})

test('a subscription never connects, whatever it was given', async () => {
  const { files } = await replayed(
    "CREATE SUBSCRIPTION s CONNECTION 'password=''a) WITH (b''' PUBLICATION p WITH (copy_data = true)",
  )
  expect(textsOf(files[0]?.up)).toEqual([
    "SELECT up(CREATE SUBSCRIPTION s CONNECTION 'password=''a) WITH (b''' PUBLICATION p  WITH (connect = false, enabled = false, create_slot = false, slot_name = NONE))",
  ])
})

test('in a block only the statement that reaches beyond the database goes', async () => {
  const { files, leftOut } = await replayed(`DO $$ BEGIN
  IF true THEN CREATE ROLE a; END IF;
  EXECUTE 'ALTER ROLE a LOGIN';
  PERFORM dblink_exec('x', 'y');
  CREATE EXTENSION hstore;
  CREATE TABLE b (i int);
END $$`)
  expect(textsOf(files[0]?.up)[0]).toBe(`DO $$ BEGIN
  IF true THEN NULL; END IF;
  NULL;
  NULL;
  PERFORM up(CREATE EXTENSION hstore);
  CREATE TABLE b (i int);
END $$`)
  expect(leftOut.map(({ what }) => what)).toEqual(['CREATE ROLE', 'ALTER ROLE', 'a call of dblink_exec'])
})

test('rows of a foreign table are left out once it is made; roles and tablespaces are named', async () => {
  const { files, roles, tablespaces } = await replayed(
    'CREATE FOREIGN TABLE f (i int) SERVER s;\nINSERT INTO f VALUES (1);\nALTER TABLE a OWNER TO bob;\nGRANT SELECT ON a TO eve;\nCREATE TABLE t (i int) TABLESPACE fast;',
  )
  expect(textsOf(files[0]?.up)).toHaveLength(4)
  expect(roles).toEqual(['bob', 'eve'])
  expect(tablespaces).toEqual(['fast'])
})
