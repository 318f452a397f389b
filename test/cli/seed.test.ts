import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { postgres14 } from '../helpers/postgres-14.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const older = useServer(postgres14)

function put(project: Project, files: Record<string, string>): Project {
  for (const [name, text] of Object.entries(files)) {
    const path = join(project.root, 'nself', 'seeds', name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  return project
}

/** A migrated database with one table, and these seeds. */
async function seeded(files: Record<string, string>, ...flags: string[]): Promise<Project> {
  const project = await server.project({
    '001_t.sql': 'CREATE TABLE t (id int PRIMARY KEY, at text DEFAULT current_user);',
  })
  await project.ok('db', 'migrate', 'up', '--no-backup', ...flags)
  return put(project, files)
}

const insert = (id: number) => `INSERT INTO t (id) VALUES (${id}) ON CONFLICT DO NOTHING;\n`
const ids = async (project: Project) => (await project.query('SELECT id FROM t ORDER BY id')).flat()
const seed = (project: Project, ...args: string[]) => project.nself('db', 'seed', ...args)
const everywhere = {
  'common/001_a.sql': insert(1),
  'local/001_b.sql': insert(2),
  'staging/001_c.sql': insert(3),
  'production/001_d.sql': insert(4),
}

const statusesOf = async (project: Project, ...flags: string[]) => {
  const { result } = JSON.parse(await project.ok('db', 'seed', 'status', '--json', ...flags))
  return result.seeds.map((item: { name: string; status: string }) => `${item.name} ${item.status}`)
}

describe('which seeds run', () => {
  test.each([
    ['local', [1, 2]],
    ['staging', [1, 3]],
    ['production', [1, 4]],
  ])('in %s: the common ones and its own', async (environment, expected) => {
    const project = await seeded(everywhere, '--env', environment, '--yes')
    await project.ok('db', 'seed', '--env', environment, '--yes')
    expect(await ids(project)).toEqual(expected)
  })

  test('after down with --again those too that have run', async () => {
    const project = await seeded({ 'common/001_a.sql': insert(1) })
    await project.ok('db', 'seed')
    await project.query('DELETE FROM t')
    expect(await project.ok('db', 'seed')).toContain('Nothing to seed')
    expect(await ids(project)).toEqual([])
    expect(await project.ok('db', 'seed', '--again', '--dry-run')).toContain('-- common/001_a')
    expect(await project.ok('db', 'seed', '--again')).toContain('Ran 1 seed')
    expect(await ids(project)).toEqual([1])
  })

  test('none where there is no folder of them', async () => {
    const project = await seeded({})
    rmSync(join(project.root, 'nself', 'seeds'), { recursive: true, force: true })
    expect(await project.ok('db', 'seed')).toContain('there are no seeds')
    expect(await project.ok('db', 'reset')).toContain('there are no seeds')
    expect(await project.tables()).toEqual(['t'])
  })

  test('common and env run one folder each', async () => {
    const project = await seeded(everywhere)
    await project.ok('db', 'seed', 'common')
    expect(await ids(project)).toEqual([1])
    await project.ok('db', 'seed', 'env')
    expect(await ids(project)).toEqual([1, 2])
  })

  test('those in common first, then in the order of their numbers', async () => {
    const log = (name: string) => `INSERT INTO t SELECT count(*), '${name}' FROM t;`
    const project = await seeded({
      'local/1_x.sql': log('local/1'),
      'common/10_b.sql': log('common/10'),
      'common/2_a.sql': log('common/2'),
    })
    await project.ok('db', 'seed')
    expect((await project.query('SELECT at FROM t ORDER BY id')).flat()).toEqual(['common/2', 'common/10', 'local/1'])
  })

  test('unchanged ones are skipped, edited ones run again, line ends are no edit', async () => {
    const project = await seeded({ 'common/001_a.sql': 'INSERT INTO t VALUES (1);\n', 'common/002_b.sql': insert(2) })
    await project.ok('db', 'seed')
    put(project, { 'common/001_a.sql': 'INSERT INTO t VALUES (1);\r\n' })
    expect(await project.ok('db', 'seed')).toContain('Nothing to seed')
    put(project, { 'common/002_b.sql': insert(3) })
    expect(await statusesOf(project)).toEqual(['common/001_a applied', 'common/002_b edited'])
    expect(await project.ok('db', 'seed')).toMatch(/Ran 1 seed .*1 unchanged/)
    expect(await ids(project)).toEqual([1, 2, 3])
    rmSync(join(project.root, 'nself/seeds/common/002_b.sql'))
    expect(await statusesOf(project)).toEqual(['common/001_a applied', 'common/002_b missing'])
  })

  test('--dry-run prints the SQL and changes nothing, and is not lost before the name of a lower command', async () => {
    const project = await seeded(everywhere)
    for (const args of [['--dry-run'], ['common', '--dry-run'], ['--dry-run', 'common']]) {
      expect(await project.ok('db', 'seed', ...args)).toContain('INSERT INTO t (id) VALUES (1)')
    }
    expect((await seed(project, '--dry-run', 'users')).code).toBe(2)
    expect(await ids(project)).toEqual([])
    expect(await statusesOf(project)).toEqual(['common/001_a pending', 'local/001_b pending'])
  })
})

describe('a seed that fails', () => {
  test('to be parsed keeps those before it from running', async () => {
    const project = await seeded({ 'common/001_a.sql': insert(1), 'common/002_b.sql': 'SELECT 1;\nSELEC 2;\n' })
    const { code, stderr } = await seed(project)
    expect(code).toBe(2)
    expect(stderr).toContain('nself/seeds/common/002_b.sql:2:1')
    expect(await ids(project)).toEqual([])
  })

  test('is rolled back and pointed at; what went before is kept and not run again', async () => {
    const project = await seeded({
      'common/001_a.sql': 'INSERT INTO t VALUES (1);\n',
      'common/002_b.sql': "INSERT INTO t VALUES (2);\nSELECT '😀', nowhere;\n",
      'common/003_c.sql': insert(3),
    })
    const { code, stderr } = await seed(project)
    expect(code).toBe(4)
    expect(stderr).toContain('nself/seeds/common/002_b.sql:2:13')
    expect(stderr).toContain('now: common/001_a done · nothing of common/002_b is left · common/003_c not run\n')
    expect(stderr).toContain('Next: fix common/002_b.sql, then: nself db seed\n')
    expect(await ids(project)).toEqual([1])
    put(project, { 'common/002_b.sql': insert(2) })
    await project.ok('db', 'seed')
    expect(await ids(project)).toEqual([1, 2, 3])
  })

  test('says which migrations are missing', async () => {
    const project = put(await server.project({ '001_t.sql': 'CREATE TABLE t (id int);' }), everywhere)
    const { code, stderr } = await seed(project)
    expect(code).toBe(4)
    expect(stderr).toContain('1 migration is pending; to apply what is pending: nself db migrate up')
  })

  test.each([
    ['a DOWN', { 'common/1_a.sql': '-- UP\nSELECT 1;\n-- DOWN\nSELECT 2;\n' }, 'has a DOWN section'],
    ['VACUUM', { 'common/1_a.sql': 'VACUUM;\n' }, 'outside a transaction'],
    ['COMMIT', { 'common/1_a.sql': 'SELECT 1;\nCOMMIT;\n' }, '1_a.sql:2:1'],
    ['a folder that nobody reads', { 'prod/1_a.sql': insert(1) }, 'would never run'],
    ['a file beside the folders', { '1_a.sql': insert(1) }, 'would never run'],
  ])('does not run at all with %s', async (_, files, told) => {
    const project = await seeded({ 'common/0_first.sql': insert(9), ...files })
    const { code, stderr } = await seed(project)
    expect(code).toBe(2)
    expect(stderr).toContain(told)
    expect(await ids(project)).toEqual([])
  })
})

describe('a seed', () => {
  test('runs in a clean session, copies data in, and shows its notices', async () => {
    const project = await seeded({
      'common/001_a.sql': `SET search_path = pg_catalog;\nCREATE TEMP TABLE leak ();\nDO $$ BEGIN RAISE NOTICE 'seeding'; END $$;\n`,
      'common/002_b.sql': `COPY t (id) FROM stdin;\n1\n2\n\\.\nSELECT 1 / (to_regclass('pg_temp.leak') IS NULL)::int;\n`,
    })
    expect((await seed(project)).stderr).toContain('NOTICE: seeding')
    expect(await ids(project)).toEqual([1, 2])
  })

  test('that is interrupted is rolled back, and the next run continues with it', async () => {
    const project = await seeded({
      'common/001_a.sql': insert(1),
      'common/002_b.sql': `${insert(2)}SELECT pg_sleep(60);`,
    })
    const terminal = project.atTerminal('db', 'seed')
    await terminal.shows('✓ common/001_a')
    terminal.type('\u0003')
    const { code, screen } = await terminal.finished
    expect(code).toBe(130)
    expect(screen).toContain('interrupted at common/002_b')
    expect(await ids(project)).toEqual([1])
    put(project, { 'common/002_b.sql': insert(2) })
    await project.ok('db', 'seed')
    expect(await ids(project)).toEqual([1, 2])
  })

  test('that needs a table which somebody holds is rolled back and tried again; what went before runs once', async () => {
    const project = await seeded({
      'common/001_a.sql': 'INSERT INTO t VALUES (1);',
      'common/002_b.sql': '-- nself: lock-timeout 100ms\nLOCK TABLE t IN EXCLUSIVE MODE; INSERT INTO t VALUES (2);',
    })
    const holder = await project.connect()
    await holder.query('BEGIN; LOCK TABLE t IN ROW EXCLUSIVE MODE')
    const running = project.start('db', 'seed')
    await running.says('attempt 2 of 8')
    await holder.query('ROLLBACK')
    await holder.end()
    expect((await running.finished).code).toBe(0)
    expect(await ids(project)).toEqual([1, 2])
  })

  test('runs once where two commands run at the same time', async () => {
    const project = await seeded({ 'common/001_a.sql': 'INSERT INTO t VALUES (1); SELECT pg_sleep(0.2);' })
    const codes = await Promise.all([1, 2, 3].map(async () => (await seed(project)).code))
    expect(codes).toEqual([0, 0, 0])
  })
})

describe('the guard', () => {
  test('asks in production, and seeds nothing without a yes', async () => {
    const project = await seeded(everywhere, '--env', 'production', '--yes')
    const refused = await seed(project, '--env', 'production')
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('--yes')
    const terminal = project.atTerminal('db', 'seed', '--env', 'production')
    await terminal.shows('run 2 seeds on')
    terminal.type('n\r')
    expect((await terminal.finished).code).toBe(3)
    expect(await ids(project)).toEqual([])
    const second = project.atTerminal('db', 'seed', '--env', 'production')
    await second.shows('(y/N)')
    second.type('y\r')
    expect((await second.finished).code).toBe(0)
    expect(await ids(project)).toEqual([1, 4])
  })

  test('refuses local seeds on a database marked production, and yes on standard input is no answer', async () => {
    const project = await seeded(everywhere, '--env', 'production', '--yes')
    for (const environment of ['local', 'staging']) {
      const { code, stderr } = await seed(project, '--env', environment, '--yes')
      expect(code).toBe(3)
      expect(stderr).toContain('marked production')
    }
    const piped = await project.run(['db', 'seed', '--env', 'production'], { input: 'yes\ny\n' })
    expect(piped.code).toBe(3)
    expect(await ids(project)).toEqual([])
  })
})

describe('starting over', () => {
  test.each([['reset'], ['migrate', 'fresh', '--seed']])('%s %s drops, migrates and seeds', async (...args) => {
    const project = await seeded(everywhere)
    await project.ok('db', 'seed')
    await project.query('INSERT INTO t VALUES (99); CREATE TABLE stray ()')
    await project.ok('db', ...args.filter((word) => word !== undefined))
    expect(await project.tables()).toEqual(['t'])
    expect(await ids(project)).toEqual([1, 2])
  })

  test.each([['reset'], ['migrate', 'fresh', '--seed']])('%s %s is blocked in production', async (...args) => {
    const project = await seeded(everywhere, '--env', 'production', '--yes')
    const { code, stderr } = await project.nself('db', ...args.filter(Boolean), '--env', 'production', '--yes')
    expect(code).toBe(3)
    expect(stderr).toContain('blocked in production')
    expect(await project.tables()).toEqual(['t'])
  })

  test('reset asks in staging, and drops nothing when a seed cannot be read', async () => {
    const project = await seeded({ 'common/1_a.sql': "SELECT '" }, '--env', 'staging')
    await project.query('INSERT INTO t VALUES (7)')
    expect((await project.nself('db', 'reset', '--env', 'staging', '--yes')).code).toBe(2)
    put(project, { 'common/1_a.sql': insert(1) })
    expect((await project.nself('db', 'reset', '--env', 'staging')).code).toBe(3)
    expect(await ids(project)).toEqual([7])
    await project.ok('db', 'reset', '--env', 'staging', '--yes')
    expect(await ids(project)).toEqual([1])
  })
})

test('create numbers each folder by itself', async () => {
  const project = await server.project({})
  const create = async (...args: string[]) => (await project.ok('db', 'seed', 'create', ...args)).trim()
  expect(await create('More Users')).toMatch(/^Created nself\/seeds\/common\/001_more_users.sql/)
  expect(await create('b')).toMatch(/^Created nself\/seeds\/common\/002_b.sql/)
  expect(await create('c', 'prod')).toMatch(/^Created nself\/seeds\/production\/001_c.sql/)
  expect((await seed(project, 'create', 'c', 'prodd')).code).toBe(2)
  expect((await seed(project, 'create', '../c')).code).toBe(2)
})

test('the sample project is seeded on PostgreSQL 14 too', async () => {
  const project = await older.project('sample')
  await project.up()
  await project.ok('db', 'seed')
  await project.ok('db', 'seed', 'users')
  expect(await project.query('SELECT (SELECT count(*)::int FROM products), (SELECT count(*)::int FROM users)')).toEqual(
    [[4, 23]],
  )
})

test('after down the seeds whose tables went are pending again, and the others are not', async () => {
  const project = await server.project({
    '001_t.sql': '-- UP\nCREATE TABLE t (id int PRIMARY KEY);\n-- DOWN\nDROP TABLE t;\n',
    '002_u.sql': '-- UP\nCREATE TABLE "U u" (id int);\nCREATE TABLE v (id int);\n-- DOWN\nDROP TABLE "U u", v;\n',
  })
  await project.up()
  put(project, {
    'common/001_t.sql': 'INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING;\n',
    'common/002_u.sql': '-- rows\n/* of */ INSERT INTO public."U u" VALUES (1);\n',
    'local/003_v.sql': 'COPY v FROM stdin;\n1\n\\.\n',
  })
  await project.ok('db', 'seed')
  const { stderr } = await project.nself('db', 'migrate', 'redo')
  expect(stderr).toContain('so these seeds are pending again: common/002_u, local/003_v; to run them: nself db seed\n')
  expect(await statusesOf(project)).toEqual(['common/001_t applied', 'common/002_u pending', 'local/003_v pending'])
  await project.ok('db', 'seed')
  expect(await project.query('SELECT (SELECT count(*)::int FROM t), (SELECT count(*)::int FROM v)')).toEqual([[1, 1]])
})
