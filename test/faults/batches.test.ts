import { expect, test } from 'vitest'
import { forEachDeath, untilIdle } from '../helpers/kill.ts'
import { type Project, useServer } from '../helpers/project.ts'
import type { Passing } from '../helpers/proxy.ts'

const server = useServer()

const table = (rows: number) => `-- UP
CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL);
INSERT INTO accounts SELECT g * 3, g FROM generate_series(1, ${rows}) AS g;
-- DOWN
DROP TABLE accounts;
`
const interest = (size: number, statement = 'UPDATE accounts SET balance = balance + 100') => `-- UP
-- nself: batch accounts by id, size ${size}
${statement} WHERE id BETWEEN :from AND :to;
-- DOWN
-- nself: batch accounts by id, size ${size}
UPDATE accounts SET balance = balance - 100 WHERE id BETWEEN :from AND :to;
`

/** How often each row was changed. */
const times = async (project: Project) =>
  (await project.query('SELECT DISTINCT (balance - id / 3) / 100 FROM accounts ORDER BY 1')).flat()

/** What begins, runs and ends the batches, and looks up their keys. */
const ofBatches = ({ application, type, text }: Passing) =>
  application !== 'nself' && type === 'Q' && /accounts|^BEGIN|SET CONSTRAINTS|nself\.migrations/.test(text)

test('killed before each message of its batches, up loses and repeats nothing', async () => {
  const template = await server.project({ '001_a.sql': table(8), '002_b.sql': interest(4) })
  await template.ok('up', '1')
  await untilIdle(template)
  await forEachDeath(server, template, { args: ['up'], side: 'before', counts: ofBatches }, async (project, at) => {
    await project.ok('up')
    expect(await times(project), at).toEqual([1])
  })
})

test('killed while the server works on each message of its batches, down loses and repeats nothing', async () => {
  const template = await server.project({ '001_a.sql': table(8), '002_b.sql': interest(4) })
  await template.ok('up')
  await untilIdle(template)
  const args = ['db', 'migrate', 'down', '--to', '1']
  await forEachDeath(server, template, { args, side: 'after', counts: ofBatches }, async (project, at) => {
    await project.ok(...args)
    expect(await times(project), at).toEqual([0])
  })
})

test('killed again and again at any moment, with writers beside, each row is changed once, and down takes back what was done', async () => {
  const project = await server.project({ '001_a.sql': table(20_000), '002_b.sql': interest(150) })
  await project.ok('up', '1')
  const writer = await project.connect()
  const done = async () =>
    (await project.query(`SELECT count(*)::int FROM accounts WHERE balance <> id / 3`))[0]?.[0] as number
  let kills = 0
  for (let before = 0; kills < 6; kills++) {
    const running = project.start('up')
    // Each is killed once it has done some, wherever it is then.
    await project.until(`EXISTS (SELECT FROM accounts WHERE id > ${before * 3 + 1000} AND balance <> id / 3)
      OR EXISTS (SELECT FROM nself.migrations WHERE version = 2 AND state = 'applied')`)
    running.kill('SIGKILL')
    await running.finished
    await writer.query('UPDATE accounts SET balance = balance + 0 WHERE id % 50 = 0')
    await untilIdle(project)
    before = await done()
    const [[recorded] = []] = await project.query(
      `SELECT (batches ->> 'rows')::int FROM nself.migrations WHERE version = 2`,
    )
    expect(recorded).toBe(before)
  }
  await project.ok('down')
  expect(await times(project)).toEqual([0])
  await project.ok('up')
  expect(await times(project)).toEqual([1])
})

test('of two runs at once one works, and the other finds nothing left to do', async () => {
  const project = await server.project({ '001_a.sql': table(3000), '002_b.sql': interest(100) })
  await project.ok('up', '1')
  await Promise.all([project.ok('up'), project.ok('up')])
  expect(await times(project)).toEqual([1])
})
