import { describe, expect, test } from 'vitest'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const up = ['db', 'migrate', 'up'] as const
const mine = 'FROM pg_stat_activity WHERE datname = current_database()'
const asleep = `EXISTS (SELECT ${mine} AND state = 'active' AND wait_event = 'PgSleep')`
const kinds = [
  ['in a transaction', ''],
  ['outside one', '-- nself: no-transaction\n'],
] as const
const eight = Array.from({ length: 8 })
const runners = [2, 8, 32].flatMap((count) => kinds.map(([how, header]) => [count, how, header] as const))

describe('two runs at once', () => {
  test('the second names the first while it waits, gives up after --lock-wait, or finds it all done', async () => {
    const project = await server.project({
      '001_a.sql': 'CREATE TABLE a (id int);',
      '002_b.sql':
        'DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM go_on) LOOP PERFORM pg_sleep(0.02); END LOOP; END $$; CREATE TABLE b (id int);',
    })
    await project.query('CREATE TABLE go_on (n int)')
    const first = project.start(...up)
    await project.until(asleep)
    const [[pid] = []] = await project.query(`SELECT pid ${mine} AND application_name = 'nself lock'`)

    const impatient = await project.nself(...up, '--lock-wait', '1s')
    expect(impatient.code).toBe(5)
    expect(impatient.stderr).toContain(`another nself run holds the lock of this database: pid ${pid} (nself lock`)
    expect(impatient.stderr).toContain('nothing was changed')

    const patient = project.start(...up)
    await patient.says(`Waiting for another nself run: pid ${pid} (nself lock`)
    await project.query('INSERT INTO go_on VALUES (1)')
    expect((await first.finished).code).toBe(0)
    const { code, stdout, stderr } = await patient.finished
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('Nothing to do')
    expect(await project.tables()).toEqual(['a', 'b', 'go_on'])
  })

  test('a waiter does not deadlock with CREATE INDEX CONCURRENTLY', async () => {
    const project = await server.project({
      '001_t.sql': 'CREATE TABLE t AS SELECT n FROM generate_series(1, 1000) AS n;',
      '002_index.sql': 'CREATE INDEX CONCURRENTLY t_n ON t (n);',
    })
    await project.ok(...up, '1')
    // It holds a snapshot and a lock that the index waits for, until the waiter has been waiting too.
    const holder = await project.connect()
    await holder.query('BEGIN; INSERT INTO t VALUES (0)')
    const builder = project.start(...up)
    await project.until(`EXISTS (SELECT ${mine} AND wait_event_type = 'Lock' AND query LIKE 'CREATE INDEX%')`)
    const waiter = project.start(...up)
    await waiter.says('Waiting for another nself run')
    await holder.query('COMMIT')
    for (const { code, stderr } of await Promise.all([builder.finished, waiter.finished])) expect(code, stderr).toBe(0)
    expect(await project.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_n'::regclass")).toEqual([[true]])
  })

  test.each(runners)('%i apply data-only migrations once, %s', async (count, _, header) => {
    const files = eight.map((_, i) => [`00${i + 1}_row.sql`, `${header}INSERT INTO log VALUES (${i + 1});`])
    const project = await server.project(Object.fromEntries(files))
    await project.query('CREATE TABLE log (n int)')
    const runs = await Promise.all(Array.from({ length: count }, () => project.nself(...up)))
    for (const { code, stderr } of runs) expect(code, stderr).toBe(0)
    expect(await project.query('SELECT n FROM log ORDER BY n')).toEqual(eight.map((_, i) => [i + 1]))
  })
})

test('when the run that holds the lock is killed, the one that waits continues from there', async () => {
  const waits = (n: number) =>
    `DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM go_on WHERE n = ${n}) LOOP PERFORM pg_sleep(0.02); END LOOP; END $$;\n`
  const project = await server.project({
    '001_a.sql': `${waits(1)}CREATE TABLE a (id int);`,
    '002_b.sql': `${waits(2)}CREATE TABLE b (id int);`,
    '003_c.sql': 'CREATE TABLE c (id int);',
  })
  await project.query('CREATE TABLE go_on (n int)')
  const holder = project.start(...up)
  await project.until(asleep)
  const waiter = project.start(...up)
  await waiter.says('Waiting for another nself run')
  await project.query('INSERT INTO go_on VALUES (1)')
  await project.until(`EXISTS (SELECT FROM nself.migrations) AND ${asleep}`)
  holder.kill('SIGKILL')
  await holder.finished
  await project.query('INSERT INTO go_on VALUES (2)')
  const { code, stderr } = await waiter.finished
  expect(code, stderr).toBe(0)
  expect(await project.tables()).toEqual(['a', 'b', 'c', 'go_on'])
})

describe('a long transaction of somebody else', () => {
  test('keeps nobody waiting behind the migration for longer than its lock-timeout', async () => {
    const project = await server.project({
      '001_t.sql': 'CREATE TABLE t (n int);',
      '002_alter.sql': '-- nself: lock-timeout 500ms\nALTER TABLE t ADD COLUMN m int;\n',
    })
    await project.ok(...up, '1')
    const holder = await project.connect()
    await holder.query('BEGIN; SELECT * FROM t')
    const running = project.start(...up)
    const reader = await project.connect()
    for (let attempt = 2; attempt < 5; attempt++) {
      await project.until(`EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 't'::regclass)`)
      // It queues behind the migration, which queues behind the holder, and gets its turn while the holder stays.
      await reader.query('SELECT * FROM t')
      await running.says(`attempt ${attempt} of 8`)
    }
    await holder.query('COMMIT')
    const { code, stderr } = await running.finished
    expect(code, stderr).toBe(0)
  })

  test.each(kinds)('is named while it blocks; the migration retries and finishes, %s', async (_, header) => {
    const project = await server.project({
      '001_t.sql': 'CREATE TABLE t (n int);',
      '002_alter.sql': `${header}-- nself: lock-timeout 2s\nALTER TABLE t ADD COLUMN m int;\n`,
    })
    await project.ok(...up, '1')
    const holder = await project.connect()
    await holder.query("BEGIN; SET application_name = 'report'; SELECT * FROM t")
    const [{ pid } = { pid: 0 }] = (await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows
    const running = project.start(...up)
    await running.says(`002_alter waits for pid ${pid} (report`)
    await running.says(`002_alter stepped aside for pid ${pid} (report, user postgres`)
    await running.says('), which holds a lock that it needs; attempt 2 of 8')
    await holder.query('COMMIT')
    const { code, stderr } = await running.finished
    expect(code, stderr).toBe(0)
    expect(await project.query('SELECT n, m FROM t')).toEqual([])
  })
})

describe('an older checkout', () => {
  test('with fewer files has nothing to do, shows the others as missing, and reverts them by their stored DOWN', async () => {
    const file = (table: string) => `-- UP\nCREATE TABLE ${table} (id int);\n-- DOWN\nDROP TABLE ${table};\n`
    const project = await server.project({ '001_a.sql': file('a'), '002_b.sql': file('b'), '003_c.sql': file('c') })
    await project.up()
    project.write({ '002_b.sql': null, '003_c.sql': null })
    expect(await project.ok(...up)).toContain('Nothing to do')
    expect(await project.statuses()).toEqual(['001_a applied', '002_b missing', '003_c missing'])
    expect((await project.nself('db', 'migrate', 'status', '--check')).code).toBe(6)
    project.write({ '002_other.sql': file('other') })
    expect(await project.statuses()).toEqual(['001_a applied', '002_other pending', '002_b missing', '003_c missing'])
    expect((await project.nself(...up)).code).toBe(3)
    project.write({ '002_other.sql': null })
    await project.ok('db', 'migrate', 'down', '2')
    expect(await project.tables()).toEqual(['a'])
  })
})
