import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { type PoolMode, startPooler } from '../helpers/pgbouncer.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const file = (table: string) => `-- UP\nCREATE TABLE ${table} (id int);\n-- DOWN\nDROP TABLE ${table};\n`

/** A project whose commands reach their database only through a pooler of that size. */
async function pooled(mode: PoolMode, files: Record<string, string>, size = 20) {
  const project = await server.project(files)
  const url = await startPooler(project.url, mode, size)
  // So many that each transaction may get another one than that before it.
  await sessions(url, Math.min(size, 4))
  const nself = (...args: string[]) => project.run(['db', 'migrate', ...args], { env: { DATABASE_URL: url } })
  const ok = async (...args: string[]) => {
    const { code, stdout, stderr } = await nself(...args)
    expect(code, stdout + stderr).toBe(0)
    return stdout
  }
  return { project, url, nself, ok }
}

/** Settings of each server connection that the pool has, which it opens for this. */
async function sessions(url: string, size: number) {
  const clients = Array.from({ length: size }, () => new pg.Client({ connectionString: url }))
  const settings: unknown[] = []
  for (const client of clients) {
    await client.connect()
    await client.query('BEGIN')
    const { rows } = await client.query(
      `SELECT pg_backend_pid() AS pid, current_setting('search_path') AS path, current_user AS role,
       (SELECT count(*)::int FROM pg_prepared_statements) AS prepared,
       (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory') AS locks`,
    )
    settings.push(rows[0])
  }
  for (const client of clients) await client.query('ROLLBACK')
  for (const client of clients) await client.end()
  return settings as { pid: number; path: string; role: string; prepared: number; locks: number }[]
}

const logged = (project: Project) => project.query('SELECT n FROM log ORDER BY n')

describe.each(['transaction', 'session'] as const)('in %s mode', (mode) => {
  test('batches and statements that commit one by one run as the role of their header, which stays with no server', async () => {
    const role = `owner_${mode}_${Date.now()}`
    const { project, url, ok, nself } = await pooled(mode, {
      '001_a.sql': `CREATE ROLE ${role};
CREATE TABLE a (id int PRIMARY KEY, who text);
INSERT INTO a SELECT g FROM generate_series(1, 90) AS g;
ALTER TABLE a OWNER TO ${role}; GRANT CREATE ON SCHEMA public TO ${role};`,
      '002_b.sql': `-- nself: role ${role}\n-- nself: batch a by id, size 20\nUPDATE a SET who = current_user WHERE id BETWEEN :from AND :to;`,
      '003_c.sql': `-- nself: role ${role}\n-- nself: no-transaction\nCREATE TABLE c (id int);\nCREATE TABLE d (id int);`,
    })
    try {
      await ok('up')
      expect(await project.query('SELECT DISTINCT who FROM a')).toEqual([[role]])
      expect(
        await project.query(`SELECT DISTINCT tableowner::text FROM pg_tables WHERE tablename IN ('c', 'd')`),
      ).toEqual([[role]])
      expect((await sessions(url, 4)).map((one) => one.role)).toEqual(Array(4).fill('postgres'))
      project.write({ '004_i.sql': `-- nself: role ${role}\nCREATE INDEX CONCURRENTLY i ON a (who);` })
      const { code, stderr } = await nself('up')
      expect({ code, stderr }).toEqual({
        code: 3,
        stderr: expect.stringContaining(`a statement that runs outside a transaction cannot run as ${role}`),
      })
    } finally {
      await project.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`)
    }
  })

  test('all six commands work', async () => {
    const { project, ok } = await pooled(mode, { '001_a.sql': file('a'), '002_b.sql': file('b') })
    await ok('up')
    expect(await project.tables()).toEqual(['a', 'b'])
    expect(await ok('status', '--check')).toContain('2 applied')
    await ok('down')
    expect(await project.tables()).toEqual(['a'])
    await ok('create', 'next')
    project.write({ '003_next.sql': file('next') })
    await ok('fresh')
    expect(await project.tables()).toEqual(['a', 'b', 'next'])
    await ok('repair', '--forget', '3')
    expect(await project.statuses()).toEqual(['001_a applied', '002_b applied', '003_next pending'])
  })

  test.each([2, 8])('%i runs at once apply everything once', async (runs) => {
    const files = Array.from({ length: 5 }, (_, i) => [`00${i + 1}_row.sql`, `INSERT INTO log VALUES (${i + 1});`])
    const { project, nself } = await pooled(mode, Object.fromEntries(files))
    await project.query('CREATE TABLE log (n int)')
    const all = await Promise.all(Array.from({ length: runs }, () => nself('up')))
    for (const { code, stderr } of all) expect(code, stderr).toBe(0)
    expect(await logged(project)).toEqual([[1], [2], [3], [4], [5]])
  })

  test('CONCURRENTLY works, with a waiter beside it', async () => {
    const { project, nself } = await pooled(mode, {
      '001_t.sql': 'CREATE TABLE t AS SELECT n FROM generate_series(1, 100000) AS n;',
      '002_index.sql': 'CREATE INDEX CONCURRENTLY t_n ON t (n);',
    })
    for (const { code, stderr } of await Promise.all([nself('up'), nself('up')])) expect(code, stderr).toBe(0)
    expect(await project.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_n'::regclass")).toEqual([[true]])
  })

  test("what a migration sets is not left on the pool's connections", async () => {
    const { url, ok } = await pooled(
      mode,
      {
        '001_leak.sql':
          'SET search_path = nowhere; SET ROLE pg_monitor; PREPARE p AS SELECT 1; SELECT pg_advisory_lock(1);',
        '002_leak.sql': '-- nself: no-transaction\nSET search_path = nowhere;\nSELECT pg_advisory_lock(2);\nVACUUM;\n',
      },
      4,
    )
    await ok('up')
    const found = await sessions(url, 4)
    expect(new Set(found.map(({ pid }) => pid)).size).toBe(4)
    for (const { path, role, prepared, locks } of found) {
      expect({ path, role, prepared, locks }).toEqual({
        path: '"$user", public',
        role: 'postgres',
        prepared: 0,
        locks: 0,
      })
    }
  })

  test('down reverts without a copy where the pooler knows no other database', async () => {
    const project = await server.project({ '001_a.sql': file('a') })
    await project.up()
    await project.query('INSERT INTO a VALUES (1)')
    const env = { DATABASE_URL: await startPooler(project.url, mode, 20, true), NSELF_UNDO: 'on' }
    const { code, stderr } = await project.run(['db', 'migrate', 'down'], { env })
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('so this cannot be undone: cannot connect to template1'),
    })
    expect(await project.tables()).toEqual([])
  })

  test('a pool of one connection gets a clear error, and nothing is changed', async () => {
    const { project, nself } = await pooled(mode, { '001_a.sql': file('a') }, 1)
    const { code, stderr } = await nself('up')
    expect(code).toBe(5)
    expect(stderr).toContain('default_pool_size')
    expect(stderr).toContain('nothing was changed')
    expect(await project.tables()).toEqual([])
  })
})
