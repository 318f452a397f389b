import { expect, test } from 'vitest'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const repair = ['db', 'migrate', 'repair'] as const
const up = ['db', 'migrate', 'up'] as const
const asleep =
  "EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND wait_event = 'PgSleep')"
const logged = async (project: Project) => (await project.query('SELECT n FROM log ORDER BY n')).flat()

/** A project whose run was killed in the middle of the second of three statements, which had committed a part of its work. */
async function diedInCall(rest = '') {
  const project = await server.project({
    '001_call.sql': `-- nself: no-transaction\nINSERT INTO log VALUES (1);\nCALL work();\nINSERT INTO log VALUES (3);\n${rest}`,
    '002_last.sql': 'INSERT INTO log VALUES (4);',
  })
  await project.query(`CREATE TABLE log (n int); CREATE TABLE go_on (n int);
    CREATE PROCEDURE work() LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO log VALUES (2); COMMIT;
      WHILE NOT EXISTS (SELECT FROM go_on) LOOP PERFORM pg_sleep(0.05); END LOOP;
    END $$`)
  const killed = project.start(...up)
  await project.until(`EXISTS (SELECT FROM log WHERE n = 2) AND ${asleep}`)
  killed.kill('SIGKILL')
  await killed.finished
  const { code, stderr } = await project.nself(...up)
  expect(code, stderr).toBe(3)
  expect(stderr).toContain('cannot tell whether statement 2 of 001_call')
  expect(stderr).toContain('--statement-done 1')
  expect(stderr).toContain('--statement-again 1')
  expect(await logged(project)).toEqual([1, 2])
  await project.query('INSERT INTO go_on VALUES (1)')
  return project
}

test('--statement-done lets up resume after a statement whose client was killed', async () => {
  const project = await diedInCall()
  const shown = await project.ok(...repair)
  expect(shown).toContain('--statement-done 1')
  expect(shown).toContain('--statement-again 1')
  expect(await project.statuses()).toEqual(['001_call failed', '002_last pending'])
  await project.ok(...repair, '--statement-done', '001')
  expect((await project.nself(...repair, '--statement-done', '001')).code).toBe(2)
  await project.ok(...up)
  expect(await logged(project)).toEqual([1, 2, 3, 4])
  expect(await project.statuses()).toEqual(['001_call applied', '002_last applied'])
})

test('--statement-done lets up resume a file that is too large to be held in memory', async () => {
  const project = await diedInCall('-- a comment that goes on\n'.repeat(160_000))
  await project.ok(...repair, '--statement-done', '001')
  await project.ok(...up)
  expect(await logged(project)).toEqual([1, 2, 3, 4])
  expect(await project.statuses()).toEqual(['001_call applied', '002_last applied'])
})

test('--statement-again lets up begin with the statement of unknown outcome', async () => {
  const project = await diedInCall()
  await project.ok(...repair, '--statement-again', '001')
  expect((await project.nself(...repair, '--statement-again', '001')).code).toBe(2)
  await project.ok(...up)
  expect(await logged(project)).toEqual([1, 2, 2, 3, 4])
  expect(await project.statuses()).toEqual(['001_call applied', '002_last applied'])
})
