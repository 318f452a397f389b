import { expect, test } from 'vitest'
import { useServer } from '../helpers/project.ts'

const server = useServer()

test('what rows need not pass comes after the rows of a squash', async () => {
  const project = await server.project({
    '001_a.sql': `-- UP
CREATE TABLE a (id int);
INSERT INTO a VALUES (1);
ALTER TABLE a ADD CONSTRAINT late CHECK (id > 5) NOT VALID;
-- DOWN
DROP TABLE a;`,
    '002_b.sql': `-- UP
CREATE TABLE told (tag text);
CREATE FUNCTION tell() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.told VALUES (tg_tag); END';
CREATE EVENT TRIGGER tell ON ddl_command_end EXECUTE FUNCTION tell();
CREATE TABLE b (id int REFERENCES b, PRIMARY KEY (id));
-- DOWN
DROP EVENT TRIGGER tell; DROP FUNCTION tell; DROP TABLE b, told;`,
  })
  await project.ok('db', 'migrate', 'squash', '--to', '2')
  await project.ok('db', 'migrate', 'up')
  expect(await project.query('SELECT id FROM a')).toEqual([[1]])
  expect(await project.query('SELECT tag FROM told')).toEqual([['CREATE TABLE']])
  await expect(project.query('INSERT INTO a VALUES (2)')).rejects.toThrow('late')
})

test('a column that is sorted by a collation of the same squash stands where it stood', async () => {
  const project = await server.project({
    '001_a.sql': `-- UP
CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE a (name text COLLATE loose, id int);
CREATE STATISTICS together (dependencies) ON name, id FROM a;
-- DOWN
DROP TABLE a; DROP COLLATION loose;`,
    '002_b.sql': '-- UP\nCREATE TABLE b (id int);\n-- DOWN\nDROP TABLE b;',
  })
  await project.ok('db', 'migrate', 'squash', '--to', '2')
  await project.ok('db', 'migrate', 'up')
  const columns = "SELECT attname::text FROM pg_attribute WHERE attrelid = 'a'::regclass AND attnum > 0 ORDER BY attnum"
  expect(await project.query(columns)).toEqual([['name'], ['id']])
})
