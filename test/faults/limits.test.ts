import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { activitySql } from '../../src/postgres/driver/silence.ts'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const up = ['db', 'migrate', 'up'] as const
const slow = (table: string) => `CREATE TABLE ${table} (n int);\nSELECT pg_sleep(0.7);\n`

test('limits for transactions and idle sessions hold for each migration, and end neither the lock nor a replay', async () => {
  const project = await server.project({ '001_a.sql': slow('a'), '002_b.sql': slow('b'), '003_c.sql': slow('c') })
  for (const limit of ['transaction_timeout', 'idle_session_timeout', 'idle_in_transaction_session_timeout'])
    await project.query(`ALTER DATABASE ${new URL(project.url).pathname.slice(1)} SET ${limit} = '1200ms'`)
  await project.ok(...up)
  expect(await project.tables()).toEqual(['a', 'b', 'c'])
  expect(await project.ok('db', 'migrate', 'status', '--drift')).toContain('No drift')
  project.write({ '004_d.sql': 'SELECT pg_sleep(60);' })
  const { code, stderr } = await project.nself(...up)
  expect(code).toBe(5)
  expect(stderr).toContain('transaction timeout')
})

test('a login that inherits nothing and has its role set runs files outside of transactions', async () => {
  const project = await server.project({
    '001_a.sql':
      'CREATE TABLE a (n int);\nCREATE INDEX CONCURRENTLY a_n ON a (n);\nVACUUM a;\nINSERT INTO a VALUES (1);\n',
  })
  const database = new URL(project.url).pathname.slice(1)
  await project.query('CREATE ROLE deploy_owner')
  await project.query("CREATE ROLE deploy LOGIN NOINHERIT PASSWORD 'deploy' IN ROLE deploy_owner")
  await project.query('ALTER ROLE deploy SET role = deploy_owner')
  await project.query(`ALTER DATABASE ${database} OWNER TO deploy_owner`)
  await project.query('GRANT CREATE ON SCHEMA public TO deploy_owner')
  const url = project.url.replace(/\/\/[^@]*@/, '//deploy:deploy@')
  const { code, stderr } = await project.run(up, { env: { DATABASE_URL: url } })
  expect(code, stderr).toBe(0)
  expect(await project.statuses()).toEqual(['001_a applied'])
})

test('a backend that waits for another server works, and is no dead wire', async () => {
  const publisher = createServer(() => {})
  await new Promise<void>((resolve) => publisher.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void publisher.close())
  const { port } = publisher.address() as { port: number }
  const project = await server.project({})
  const client = await project.connect()
  const [{ pid }] = (await client.query('SELECT pg_backend_pid() AS pid')).rows
  const subscribing = client.query(
    `CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=${port} dbname=postgres' PUBLICATION p`,
  )
  subscribing.catch(() => {})
  await project.until(`(SELECT wait_event ILIKE 'libpqwalreceiver%' FROM pg_stat_activity WHERE pid = ${pid})`)
  expect(await project.query(activitySql(pid))).toEqual([['works']])
  await project.query(`SELECT pg_terminate_backend(${pid})`)
})

test('a standby that is missing is named; Ctrl-C ends the wait, and what was committed is told as committed', async () => {
  const project = await server.project({
    '001_a.sql': 'CREATE TABLE a (n int);',
    '002_b.sql': 'CREATE TABLE b (n int);',
  })
  const setStandby = async (name: string) => {
    await project.query('SET synchronous_commit = local')
    await project.query(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`)
    await project.query('SELECT pg_reload_conf()')
    await project.until(`current_setting('synchronous_standby_names') = '${name}'`)
  }
  await project.ok(...up, '1')
  await setStandby('nobody')
  onTestFinished(() => setStandby(''))
  const running = project.start(...up)
  await running.says('synchronous_standby_names (nobody)')
  running.kill('SIGINT')
  const { code, stdout, stderr } = await running.finished
  expect(code, stderr).toBe(0)
  expect(stdout).toContain('Applied 1 migration')
  expect(await project.tables()).toEqual(['a', 'b'])
  expect(await project.statuses()).toEqual(['001_a applied', '002_b applied'])
})
