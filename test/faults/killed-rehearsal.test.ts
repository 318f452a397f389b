import { expect, test } from 'vitest'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()

/** Databases and roles on the server that a rehearsal made. */
const made = ({ queryBeside }: Project) =>
  queryBeside(`SELECT datname FROM pg_database WHERE datname ^@ 'nself_scratch_'
    UNION ALL SELECT rolname FROM pg_roles WHERE rolname ^@ 'nself_scratch_'`)

/** A project whose rehearsal is in the middle of a statement, and that rehearsal. */
async function underWay() {
  const project = await server.project({
    '001_slow.sql': '-- UP\nCREATE TABLE a (id int);\nSELECT pg_sleep(600);\n',
  })
  await project.query('CREATE TABLE kept AS SELECT 1 AS id')
  const running = project.start('db', 'rehearse')
  for (let isAsleep = false; !isAsleep; ) {
    const rows = await project.queryBeside(
      "SELECT FROM pg_stat_activity WHERE datname ^@ 'nself_scratch_' AND wait_event = 'PgSleep'",
    )
    isAsleep = rows.length > 0
  }
  return { project, running }
}

test('what a rehearsal leaves that is killed with -9 the next one drops', async () => {
  const { project, running } = await underWay()
  running.kill('SIGKILL')
  await running.finished
  expect(await made(project)).toHaveLength(3)
  project.write({ '001_slow.sql': '-- UP\nCREATE TABLE a (id int);\n' })
  expect(await project.ok('db', 'rehearse')).toContain('Rehearsed 1 migration')
  expect(await made(project)).toEqual([])
  expect(await project.tables()).toEqual(['kept'])
})

test('an interrupted one leaves nothing', async () => {
  const { project, running } = await underWay()
  running.kill('SIGINT')
  const { code, stderr } = await running.finished
  expect([code, stderr]).toEqual([130, expect.stringContaining('the scratch databases are gone')])
  expect(await made(project)).toEqual([])
  expect(await project.tables()).toEqual(['kept'])
})
