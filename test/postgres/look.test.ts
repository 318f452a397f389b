import { expect, test } from 'vitest'
import { knownFrom, lookAt, prepareLooks } from '../../src/postgres/proof/look.ts'
import { connected, useServer } from '../helpers/project.ts'

const server = useServer()

const base = `CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE TYPE pair AS (x int, y text); CREATE SCHEMA one; CREATE SCHEMA two;
CREATE TABLE a (id int PRIMARY KEY, m mood DEFAULT 'sad', p pair, n varchar(9)); INSERT INTO a VALUES (1, 'sad', '(1,x)', 'n'), (2, 'glad', NULL, 'o');
CREATE TABLE b (id int REFERENCES a ON DELETE CASCADE); INSERT INTO b VALUES (1), (2);
CREATE TABLE emptied (id int); INSERT INTO emptied VALUES (1); DELETE FROM emptied; CREATE TABLE one.t (id int); INSERT INTO one.t VALUES (1); CREATE TABLE two.t (id int); INSERT INTO two.t VALUES (2)`

const changes = [
  'INSERT INTO a VALUES (3)',
  "UPDATE a SET n = 'p' WHERE id = 1",
  'DELETE FROM a WHERE id = 1',
  'INSERT INTO emptied VALUES (1)',
  'TRUNCATE b',
  'TRUNCATE b; INSERT INTO b VALUES (1)',
  'ALTER TABLE a ADD COLUMN more int DEFAULT 7',
  'ALTER TABLE a DROP COLUMN n',
  'ALTER TABLE a RENAME COLUMN n TO name',
  'ALTER TABLE a ALTER COLUMN n TYPE text',
  'ALTER TABLE two.t ALTER COLUMN id TYPE text USING id::text || 1',
  'ALTER TABLE b RENAME TO c',
  'ALTER TABLE one.t SET SCHEMA public',
  "ALTER TYPE mood RENAME VALUE 'sad' TO 'low'",
  'ALTER TYPE pair RENAME ATTRIBUTE y TO z',
  'ALTER SCHEMA one RENAME TO three; ALTER SCHEMA two RENAME TO one; ALTER SCHEMA three RENAME TO two',
  'DROP TABLE b; CREATE TABLE b (id int); INSERT INTO b VALUES (5)',
  "SAVEPOINT s; UPDATE a SET n = 'q'; ROLLBACK TO s",
  'SAVEPOINT s; UPDATE b SET id = 1; RELEASE s',
  'CREATE TABLE fresh AS SELECT 1 AS id',
  'SELECT 1',
]

test('a look that goes by the one before the transaction sees what a look at everything sees', async () => {
  const project = await server.project({})
  await project.query(base)
  await connected(project.url, async (client) => {
    await prepareLooks(client)
    const before = await lookAt(client)
    expect(before.rows.size).toBe(4)
    for (const change of changes) {
      await client.query('BEGIN')
      const known = await knownFrom(client, before)
      await client.query(change)
      expect(await lookAt(client, known), change).toEqual(await lookAt(client))
      await client.query('ROLLBACK')
    }
    await client.query('BEGIN')
    const [[name = '', sum] = []] = [...before.rows]
    const wrong = { ...before, rows: new Map([...before.rows, [name, { count: 99, sum: sum?.sum ?? '' }]]) }
    expect(
      (await lookAt(client, await knownFrom(client, wrong))).rows.get(name)?.count,
      'what nobody touched is not read',
    ).toBe(99)
    await client.query('ROLLBACK')
  })
})

test('a look sees rows that a table hides from its owner, and leaves the table and the transaction as they were', async () => {
  const project = await server.project({})
  await project.query(`CREATE ROLE rows_owner; GRANT CREATE ON SCHEMA public TO rows_owner; GRANT CREATE ON DATABASE ${new URL(project.url).pathname.slice(1)} TO rows_owner;
    SET ROLE rows_owner; CREATE TABLE hidden (id int PRIMARY KEY); INSERT INTO hidden VALUES (1), (2);
    CREATE TABLE held (id int REFERENCES hidden DEFERRABLE INITIALLY DEFERRED);
    ALTER TABLE hidden ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`)
  await connected(project.url, async (client) => {
    await client.query('SET ROLE rows_owner')
    await prepareLooks(client)
    const before = await lookAt(client)
    expect(before.rows.get('public.hidden')?.count).toBe(2)
    await client.query('BEGIN')
    const known = await knownFrom(client, before)
    await client.query('CREATE POLICY everything ON hidden WITH CHECK (true); INSERT INTO hidden VALUES (3)')
    const after = await lookAt(client, known)
    expect(after.rows.get('public.hidden')?.count).toBe(3)
    await client.query('COMMIT')
  })
  expect(await project.query("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'hidden'")).toEqual([[true]])
})
