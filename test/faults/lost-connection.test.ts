import { describe, expect, test } from 'vitest'
import { type Project, useServer } from '../helpers/project.ts'
import { type Fate, type Passing, startProxy } from '../helpers/proxy.ts'

const server = useServer()
const up = ['db', 'migrate', 'up'] as const
const sleeps = "state = 'active' AND wait_event = 'PgSleep'"
const asleep = `EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND ${sleeps})`

const slow = () =>
  server.project({
    '001_log.sql': 'CREATE TABLE log (n int);',
    '002_slow.sql': 'INSERT INTO log VALUES (2);\nSELECT pg_sleep(1000);\n',
    '003_last.sql': 'INSERT INTO log VALUES (3);',
  })

async function finishes(project: Project) {
  project.write({ '002_slow.sql': 'INSERT INTO log VALUES (2);' })
  await project.ok(...up)
  expect(await project.query('SELECT n FROM log ORDER BY n')).toEqual([[2], [3]])
}

const terminate = (project: Project, which: string) =>
  project.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND ${which}`,
  )

describe('a connection that is lost', () => {
  test('in the middle of a migration: looks, tells what was not completed, and the next up continues', async () => {
    const project = await slow()
    const running = project.start(...up)
    await project.until(asleep)
    await terminate(project, sleeps)
    const { code, stderr } = await running.finished
    expect(code).toBe(5)
    expect(stderr).toContain('Reconnecting to see which migrations were applied')
    expect(stderr).toContain('002_slow was not completed')
    expect(stderr).toContain('001_log applied')
    await finishes(project)
  })

  test('in the middle of a statement outside a transaction: the same', async () => {
    const project = await slow()
    project.write({ '002_slow.sql': '-- nself: no-transaction\nINSERT INTO log VALUES (2);\nSELECT pg_sleep(1000);\n' })
    const running = project.start(...up)
    await project.until(asleep)
    await terminate(project, sleeps)
    const { code, stderr } = await running.finished
    expect(code, stderr).toBe(5)
    expect(stderr).toContain('002_slow was not completed')
    project.write({ '002_slow.sql': '-- nself: no-transaction\nINSERT INTO log VALUES (2);\n' })
    await project.ok(...up)
    expect(await project.query('SELECT n FROM log ORDER BY n')).toEqual([[2], [3]])
  })

  test('in the middle of a DOWN outside a transaction: it is not taken for done', async () => {
    const project = await server.project({
      '001_log.sql':
        '-- UP\nCREATE TABLE log (n int);\n-- DOWN\n-- nself: no-transaction\nSELECT pg_sleep(1000);\nDROP TABLE log;\n',
    })
    await project.ok(...up)
    const running = project.start('db', 'migrate', 'down')
    await project.until(asleep)
    await terminate(project, sleeps)
    const { code, stderr } = await running.finished
    expect(code, stderr).toBe(5)
    expect(stderr).toContain('001_log was not completed')
    expect(await project.statuses()).toEqual(['001_log failed'])
  })

  test('and with it the lock: stops before anyone else can begin', async () => {
    const project = await slow()
    const running = project.start(...up)
    await project.until(asleep)
    await terminate(project, "application_name = 'nself lock'")
    const { code, stderr } = await running.finished
    expect(code).toBe(5)
    expect(stderr).toContain('the connection that held the lock was lost')
    expect(stderr).toContain('001_log applied')
    expect(await project.query(`SELECT ${asleep}`)).toEqual([[false]])
    await finishes(project)
  })

  test('because the server crashed: waits until it answers again, and tells what it still has', async () => {
    const project = await slow()
    // So that the crash may come before the asynchronous commit of 001_log is written.
    await project.query("ALTER SYSTEM SET wal_writer_delay = '10s'")
    await project.query('SELECT pg_reload_conf()')
    const running = project.start(...up)
    await project.until(asleep)
    await server.crash()
    await running.says('Reconnecting to see which migrations were applied')
    await server.startAgain()
    const { code, stderr } = await running.finished
    expect(code).toBe(5)
    const [first] = await project.statuses()
    expect(stderr).toContain(first === '001_log applied' ? '001_log applied' : '001_log, 002_slow, 003_last not run')
    expect(stderr.includes('The server crashed and lost the last 1')).toBe(first === '001_log pending')
    await finishes(project)
  })
})

/** That fate for the first message that is marked; all others pass. */
function once(marks: (text: string) => boolean, fate: Fate): (message: Passing) => Fate {
  let isOver = false
  return ({ text }) => {
    if (isOver || !marks(text)) return 'pass'
    isOver = true
    return fate
  }
}

describe('a connection cut around the COMMIT', () => {
  const files = {
    '001_a.sql': 'CREATE TABLE a (id int);',
    '002_b.sql': 'CREATE TABLE b AS SELECT 1 AS id FROM pg_sleep(0.2);',
  }
  const commits = (table: string) => (message: string) =>
    message.includes(`CREATE TABLE ${table}`) && message.includes('COMMIT')

  async function upThrough(table: string, cut: Fate) {
    const project = await server.project(files)
    const { url, close } = await startProxy(project.url, { fate: once(commits(table), cut) })
    const { code, stdout, stderr } = await project.nself(...up, '--database-url', url)
    await close()
    return { project, code, stdout, stderr }
  }

  test('of the last one, before its answer: all is applied, so the run is a success', async () => {
    const { project, code, stdout, stderr } = await upThrough('b', 'answer')
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('Reconnecting to see which migrations were applied')
    expect(stdout).toContain('Applied 2 migrations')
    expect(await project.statuses()).toEqual(['001_a applied', '002_b applied'])
    expect(await project.tables()).toEqual(['a', 'b'])
  })

  test('of the last one, before it was sent: it is not applied, and the run says so', async () => {
    const { project, code, stderr } = await upThrough('b', 'before')
    expect(code).toBe(5)
    expect(stderr).toContain('002_b was not completed')
    expect(stderr).toContain('001_a applied')
    expect(await project.statuses()).toEqual(['001_a applied', '002_b pending'])
    expect(await project.tables()).toEqual(['a'])
    await project.ok(...up)
    expect(await project.tables()).toEqual(['a', 'b'])
  })

  test('of the first one, before its answer: it counts, and the next up applies only the rest', async () => {
    const { project, code, stderr } = await upThrough('a', 'answer')
    expect(code).toBe(5)
    expect(stderr).toContain('001_a applied')
    expect(stderr).toContain('002_b was not completed')
    expect(await project.ok(...up)).toContain('Applied 1 migration ')
  })

  test('of the last one, while nobody knows whether the server got it: what is told stays true', async () => {
    const { project, code, stderr } = await upThrough('b', 'after')
    const applied = ['a', 'b'].slice(0, code === 0 ? 2 : Number(stderr.includes('001_a applied')))
    const stateOf = (table: string) => (applied.includes(table) ? 'applied' : 'pending')
    expect(await project.statuses(), stderr).toEqual([`001_a ${stateOf('a')}`, `002_b ${stateOf('b')}`])
    expect(await project.tables()).toEqual(applied)
    await project.ok(...up)
    expect(await project.tables()).toEqual(['a', 'b'])
  })

  test.each([
    ['before a statement is begun', 'SET statement_begun = 2', 'before'],
    ['after it is recorded', "SET state = 'applied'", 'answer'],
  ] as const)('outside a transaction, %s: looks too', async (_, mark, cut) => {
    const project = await server.project({ '001_t.sql': 'CREATE TABLE t (id int);\nVACUUM t;\n' })
    const { url, close } = await startProxy(project.url, { fate: once((message) => message.includes(mark), cut) })
    const { code, stderr } = await project.nself(...up, '--database-url', url)
    await close()
    expect(stderr).toContain('Reconnecting to see which migrations were applied')
    expect(code, stderr).toBe(cut === 'before' ? 5 : 0)
    await project.ok(...up)
    expect(await project.statuses()).toEqual(['001_t applied'])
  })
})

test.each([20, 200])(
  'a wire on which everything takes %i ms longer changes nothing, with two runs at once',
  async (delayMs) => {
    const project = await server.project({
      '001_log.sql': 'CREATE TABLE log (n int);',
      '002_copy.sql': 'COPY log FROM stdin;\n1\n2\n\\.\n',
      '003_index.sql': 'CREATE INDEX CONCURRENTLY log_n ON log (n);\nINSERT INTO log VALUES (3);\n',
      '004_last.sql': '-- UP\nINSERT INTO log VALUES (4);\n-- DOWN\nDELETE FROM log WHERE n = 4;\n',
    })
    const { url, close } = await startProxy(project.url, { delayMs })
    const slowly = (...args: string[]) => project.nself('db', 'migrate', ...args, '--database-url', url)
    for (const { code, stderr } of await Promise.all([slowly('up'), slowly('up')])) expect(code, stderr).toBe(0)
    expect(await project.query('SELECT n FROM log ORDER BY n')).toEqual([[1], [2], [3], [4]])
    expect((await slowly('down')).code).toBe(0)
    expect((await slowly('up')).code).toBe(0)
    expect((await slowly('status', '--check')).code).toBe(0)
    await close()
    expect(await project.query('SELECT n FROM log ORDER BY n')).toEqual([[1], [2], [3], [4]])
  },
)
