import { expect, test } from 'vitest'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const up = ['db', 'migrate', 'up'] as const
const down = ['db', 'migrate', 'down'] as const
const outside = '-- nself: no-transaction\n'

test('a partially reverted migration is not applied again: up names down, which resumes where it stopped', async () => {
  const half = (second: string) =>
    `-- UP\nCREATE TABLE log (n int);\n-- DOWN\n${outside}INSERT INTO log VALUES (1);\n${second};\nDROP TABLE log;\n`
  const project = await server.project({ '001_log.sql': half('SELECT 1 / 0'), '002_b.sql': 'CREATE TABLE b (n int);' })
  await project.ok(...up, '1')
  expect((await project.nself(...down)).code).toBe(4)
  const { code, stderr } = await project.nself(...up)
  expect(code, stderr).toBe(3)
  expect(stderr).toContain('001_log is partially reverted')
  expect(stderr).toContain('nself db migrate down')
  expect(await project.ok('db', 'migrate', 'repair')).toContain('better: resume it: nself db migrate down')
  expect(await project.tables()).toEqual(['log'])
  project.write({ '001_log.sql': half('DO $$ BEGIN ASSERT (SELECT count(*) FROM log) = 1; END $$') })
  await project.ok(...down)
  expect(await project.statuses()).toEqual(['001_log pending', '002_b pending'])
})

test('resumes a partially applied migration whose file was fixed so that the rest fits a transaction', async () => {
  const project = await server.project({
    '001_t.sql': 'CREATE TABLE t (id int);\nINSERT INTO t VALUES (1), (1);\n',
    '002_index.sql': 'CREATE UNIQUE INDEX CONCURRENTLY t_id ON t (id);',
    '003_rows.sql': `${outside}INSERT INTO t VALUES (2);\nSELECT 1 / 0;\n`,
  })
  expect((await project.nself(...up)).code).toBe(4)
  await project.query('DROP INDEX t_id')
  project.write({ '002_index.sql': 'CREATE INDEX t_id ON t (id);' })
  expect((await project.nself(...up)).code).toBe(4)
  project.write({ '003_rows.sql': 'INSERT INTO t VALUES (2);\nINSERT INTO t VALUES (3);\n' })
  await project.ok(...up)
  expect(await project.query('SELECT id FROM t ORDER BY id')).toEqual([[1], [1], [2], [3]])
  expect(await project.statuses()).toEqual(['001_t applied', '002_index applied', '003_rows applied'])
})

test.each([
  [
    'a procedure',
    'CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1); COMMIT; ASSERT false; END $$',
    'CALL p()',
  ],
  ['a block', 'SELECT 1', 'DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; ASSERT false; END $$'],
])('%s that commits and then fails outside a transaction: what it committed is told as kept', async (_, made, sql) => {
  const project = await server.project({
    '001_t.sql': `CREATE TABLE t (id int);\n${made};\n`,
    '002_rows.sql': `${outside}${sql};\n`,
  })
  const { code, stderr } = await project.nself(...up)
  expect(code, stderr).toBe(4)
  expect(stderr).toContain('what it committed before it failed is kept')
  expect(await project.query('SELECT id FROM t')).toEqual([[1]])
})

test('a DOWN of which nothing could be done leaves what is applied, in part or as a whole, as it was', async () => {
  const blocks = ['CREATE TABLE a (id int)', 'CREATE TABLE b AS SELECT 1/0 AS x'].map((sql) => `BEGIN; ${sql}; COMMIT;`)
  const down = '-- DOWN\nBEGIN; DROP TABLE b; COMMIT;\nBEGIN; DROP TABLE a; COMMIT;\n'
  const project = await server.project({ '001_blocks.sql': `-- UP\n${blocks.join('\n')}\n${down}` })
  await project.nself('db', 'migrate', 'up')
  const { code, stderr } = await project.nself('db', 'migrate', 'down')
  expect(code, stderr).toBe(4)
  expect(await project.ok('db', 'migrate', 'status')).toContain('partially applied, 3 of 6: division by zero')
  project.write({ '001_blocks.sql': `-- UP\n${blocks.join('\n').replace('1/0', '1')}\n${down}` })
  await project.ok('db', 'migrate', 'up')
  await project.query('CREATE VIEW v AS SELECT * FROM b')
  await project.nself('db', 'migrate', 'down')
  expect(await project.statuses()).toEqual(['001_blocks applied'])
})

test('status tells what is partially reverted from what is partially applied', async () => {
  const down = '-- DOWN\nBEGIN; DROP TABLE b; COMMIT;\nBEGIN; DROP TABLE a; COMMIT;\n'
  const up = '-- UP\nBEGIN; CREATE TABLE a (id int); COMMIT;\nBEGIN; CREATE TABLE b (id int); COMMIT;\n'
  const project = await server.project({ '001_blocks.sql': `${up}${down}` })
  await project.ok('db', 'migrate', 'up')
  await project.query('CREATE VIEW v AS SELECT * FROM a')
  await project.nself('db', 'migrate', 'down')
  expect(await project.ok('db', 'migrate', 'status')).toContain(
    'partially reverted, 3 of 6: cannot drop table a because',
  )
})
