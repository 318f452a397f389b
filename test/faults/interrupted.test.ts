import { spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { checkout } from '../helpers/cli.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const sessions = 'SELECT FROM pg_stat_activity WHERE datname = current_database()'
const sleeps = `EXISTS (${sessions} AND state = 'active' AND wait_event = 'PgSleep')`
const locked = `EXISTS (${sessions} AND application_name = 'nself lock')`
const up = ['db', 'migrate', 'up'] as const

/** A first migration, and a second that takes so many seconds. */
async function slow(seconds: number) {
  const project = await server.project({
    '001_log.sql': 'CREATE TABLE log (n int);',
    '002_slow.sql': `INSERT INTO log VALUES (2);\nSELECT pg_sleep(${seconds});\nINSERT INTO log VALUES (3);\n`,
    '003_last.sql': 'INSERT INTO log VALUES (4);',
  })
  return project
}

const makeQuick = (project: Project) => project.write({ '002_slow.sql': 'INSERT INTO log VALUES (2), (3);' })
const logged = (project: Project) => project.query('SELECT n FROM log ORDER BY n')
const outcomes = (project: Project) =>
  project.query("SELECT name, outcome FROM nself.journal WHERE outcome <> 'done' ORDER BY id")

describe('a client killed with -9', () => {
  test('in the middle of a migration leaves nothing of it, and the next up finishes at once', async () => {
    const project = await slow(1000)
    const killed = project.start(...up)
    await project.until(sleeps)
    killed.kill('SIGKILL')
    await killed.finished
    makeQuick(project)
    const { code, stderr } = await project.nself(...up)
    expect(code, stderr).toBe(0)
    expect(await logged(project)).toEqual([[2], [3], [4]])
  })

  test('whose statement the server still completes is waited for, and nothing is done twice', async () => {
    const project = await server.project({
      '001_log.sql': 'CREATE TABLE log (n int);',
      // PostgreSQL does not look for its client inside of this function, so the leftover commits.
      '002_slow.sql': `-- nself: no-transaction
        DO $$ DECLARE began timestamptz := clock_timestamp(); BEGIN
          PERFORM set_config('client_connection_check_interval', '0', false);
          INSERT INTO log VALUES (2);
          WHILE NOT EXISTS (SELECT FROM go_on) LOOP PERFORM pg_sleep(0.02); END LOOP;
        END $$;
        INSERT INTO log VALUES (3);`,
    })
    await project.query('CREATE TABLE go_on (n int)')
    const killed = project.start(...up)
    await project.until(sleeps)
    killed.kill('SIGKILL')
    await killed.finished
    const interrupted = project.start(...up)
    await interrupted.says('the last statement of a killed run')
    interrupted.kill('SIGINT')
    expect((await interrupted.finished).code).toBe(130)
    const impatient = await project.nself(...up, '--lock-wait', '200ms')
    expect(impatient.code).toBe(5)
    expect(impatient.stderr).toMatch(/pg_terminate_backend\(\d+\)/)
    const next = project.start(...up)
    await next.says('the last statement of a killed run')
    await project.query('INSERT INTO go_on VALUES (1)')
    const { code, stderr } = await next.finished
    expect(code, stderr).toBe(3)
    expect(stderr).toContain('cannot tell whether statement 1 of 002_slow')
    expect(await logged(project)).toEqual([[2]])
  })

  test('while it holds the lock, and while it waits for it, leaves no lock behind', async () => {
    const project = await slow(1000)
    const holder = project.start(...up)
    await project.until(sleeps)
    const waiter = project.start(...up)
    await waiter.says('Waiting for another nself run')
    waiter.kill('SIGKILL')
    holder.kill('SIGKILL')
    await Promise.all([waiter.finished, holder.finished])
    await project.until(`NOT ${locked}`)
    await project.until("NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory')")
    expect(await project.query('SELECT name FROM nself.migrations')).toEqual([['001_log']])
  })
})

describe('a signal', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s cancels on the server, tells how things stand and exits %i', async (signal, status) => {
    const project = await slow(1000)
    const running = project.start(...up)
    await project.until(sleeps)
    running.kill(signal)
    const { code, stderr } = await running.finished
    expect(code).toBe(status)
    expect(stderr).toContain('interrupted at 002_slow, which was rolled back')
    expect(stderr).toContain('001_log applied')
    expect(stderr).toContain('002_slow, 003_last not run')
    expect(await project.query(`SELECT ${sleeps}`)).toEqual([[false]])
    expect(await logged(project)).toEqual([])
    expect(await outcomes(project)).toEqual([['002_slow', 'interrupted']])
    makeQuick(project)
    await project.ok(...up)
    expect(await logged(project)).toEqual([[2], [3], [4]])
  })

  test('outside a transaction leaves a state that the next up resumes', async () => {
    const project = await server.project({
      '001_log.sql':
        'CREATE TABLE log (n int);\nINSERT INTO log VALUES (1);\nVACUUM log;\nSELECT pg_sleep(1000);\nINSERT INTO log VALUES (2);\n',
    })
    const running = project.start(...up)
    await project.until(sleeps)
    running.kill('SIGINT')
    const { code, stderr } = await running.finished
    expect(code).toBe(130)
    expect(stderr).toContain('which the next up will resume')
    expect(await project.statuses()).toEqual(['001_log failed'])
    project.write({
      '001_log.sql':
        'CREATE TABLE log (n int);\nINSERT INTO log VALUES (1);\nVACUUM log;\nINSERT INTO log VALUES (2);\n',
    })
    await project.ok(...up)
    expect(await logged(project)).toEqual([[1], [2]])
    expect(await project.statuses()).toEqual(['001_log applied'])
  })

  test('stops a run that waits for the lock', async () => {
    const project = await slow(1000)
    const holder = project.start(...up)
    await project.until(sleeps)
    const waiter = project.start(...up)
    await waiter.says('Waiting for another nself run')
    waiter.kill('SIGTERM')
    const { code, stderr } = await waiter.finished
    expect(code).toBe(143)
    expect(stderr).toContain('nothing was changed')
    holder.kill('SIGKILL')
    await holder.finished
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s sent again ends at once, whatever is waited for', async (signal, status) => {
    const project = await slow(0)
    const silent = createServer((socket) => socket.on('error', () => {}))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void silent.close())
    const { port } = silent.address() as { port: number }
    const running = project.start(...up, '--database-url', `postgresql://a:b@127.0.0.1:${port}/c`)
    await new Promise((resolve) => silent.once('connection', resolve))
    const repeat = setInterval(() => running.kill(signal), 50)
    const { code } = await running.finished
    clearInterval(repeat)
    expect(code).toBe(status)
  })
})

describe('a reader that goes away', () => {
  /** Through a pipe to `head`, which closes it after the first line; resolves to the status of nself itself. */
  function throughHead(project: Project, args: readonly string[], head: string) {
    const program = `'${process.execPath}' '${join(checkout, 'bin', 'nself.js')}' ${args.join(' ')}`
    const { stdout, stderr } = spawnSync('bash', ['-c', `${program} ${head}; echo "status \${PIPESTATUS[0]}"`], {
      cwd: project.root,
      env: { ...process.env, DATABASE_URL: project.url },
      encoding: 'utf8',
    })
    return `${stdout}${stderr}`
  }

  test.each([
    ['stdout', '| head -n 1', 'status 0'],
    // It goes away while progress is shown, before there is a result.
    ['stdout and stderr', '2>&1 | head -n 1', 'status 141'],
  ])('of %s harms no run, and ends in silence with 141 what is still to be shown', async (_, head, afterRun) => {
    const files = Array.from({ length: 300 }, (_, i) => [`${1000 + i}_t.sql`, 'SELECT 1;'])
    const project = await server.project(Object.fromEntries(files))
    expect(throughHead(project, up, head)).toContain(afterRun)
    expect(throughHead(project, ['db', 'migrate', 'status'], head)).toContain('status 0')
    // Ended as by SIGPIPE, and in silence: the one line is that which head shows.
    const cut = throughHead(project, ['db', 'query', "'SELECT generate_series(1, 200000)'"], head)
    expect(cut.trim().split('\n').slice(1)).toEqual(['status 141'])
    expect(await project.query('SELECT count(*)::int FROM nself.migrations')).toEqual([[300]])
  })
})

describe('a terminal that goes away', () => {
  test('in the middle of a migration: it is cancelled on the server and rolled back', async () => {
    const project = await slow(1000)
    const terminal = project.atTerminal(...up)
    await project.until(sleeps)
    terminal.vanish()
    expect((await terminal.finished).code).toBe(129)
    await project.until(`NOT ${sleeps} AND NOT ${locked}`)
    expect(await logged(project)).toEqual([])
    makeQuick(project)
    await project.ok(...up)
    expect(await logged(project)).toEqual([[2], [3], [4]])
  })

  test('at a question: nothing is changed', async () => {
    const project = await slow(0)
    // More than once: either the signal comes first, or the end of what is typed.
    for (let i = 0; i < 5; i++) {
      const terminal = project.atTerminal(...up, '--env', 'production', '--no-backup')
      await terminal.shows('(y/N)')
      terminal.vanish()
      expect((await terminal.finished).code).toBe(129)
    }
    expect(await project.tables()).toEqual([])
  })
})
