import { expect, test } from 'vitest'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const up = ['db', 'migrate', 'up'] as const
const waits = 'DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM go_on) LOOP PERFORM pg_sleep(0.02); END LOOP; END $$'
const asleep =
  "EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND wait_event = 'PgSleep')"

test('what a run works on is running, not failed, and repair does not forget what the run completes meanwhile', async () => {
  const project = await server.project({
    '001_a.sql': `-- nself: no-transaction\nCREATE TABLE a (id int);\n${waits};\n`,
  })
  await project.query('CREATE TABLE go_on (n int)')
  const running = project.start(...up)
  await project.until(asleep)
  expect(await project.statuses()).toEqual(['001_a running'])
  expect((await project.nself('db', 'migrate', 'status', '--check')).code).toBe(6)

  const repair = project.start('db', 'migrate', 'repair', '--forget', '1')
  await repair.says('Note: a run is in progress')
  await repair.says('Waiting for another nself run')
  await project.query('INSERT INTO go_on VALUES (1)')
  expect((await running.finished).code).toBe(0)
  const { code, stderr } = await repair.finished
  expect(code, stderr).toBe(3)
  expect(stderr).toContain('another run changed the history while this one waited')
  expect(await project.statuses()).toEqual(['001_a applied'])
})

test('a migration that runs in a transaction is shown as running, for how long and by whom', async () => {
  const project = await server.project({
    '001_a.sql': `CREATE TABLE a (id int);\n${waits};\n`,
    '002_b.sql': 'SELECT 1;\n',
  })
  await project.query('CREATE TABLE go_on (n int)')
  const running = project.start(...up)
  await project.until(asleep)
  const text = await project.ok('db', 'migrate', 'status')
  expect(text).toMatch(/^001 +a +Running +- +\d+ s, by \w+(@[\d.:]+)?$/m)
  expect(text).toMatch(/^002 +b +Pending +-$/m)
  await project.query('INSERT INTO go_on VALUES (1)')
  expect((await running.finished).code).toBe(0)
  expect(await project.statuses()).toEqual(['001_a applied', '002_b applied'])
})
