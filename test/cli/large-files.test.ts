import { spawnSync } from 'node:child_process'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { program } from '../helpers/cli.ts'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const up = ['db', 'migrate', 'up'] as const
const count = 120_000
const padding = 'x'.repeat(60)

/** About 12 MB: a statement, or a line of data, on each line from the third on; line `wrong` is replaced. */
const inserts = (wrong: Record<number, string> = {}) =>
  lines((n) => `INSERT INTO t VALUES (${n}, 'é${padding}');`, wrong)
const copied = (wrong: Record<number, string> = {}) =>
  `${lines((n) => `${n}\té${padding}${padding.slice(0, 30)}`, wrong)}\\.\n`

function lines(of: (n: number) => string, wrong: Record<number, string>): string {
  let text = ''
  for (let n = 1; n <= count; n++) text += `${wrong[n + 2] ?? of(n)}\n`
  return text
}

const create = '-- UP\nCREATE TABLE t (n int, text text);\n'
const createForCopy = '-- UP\nCREATE TABLE t (n int, text text);  COPY t FROM stdin;\n'

test('12 MB of INSERTs and 12 MB of COPY data are applied whole', async () => {
  const project = await server.project({
    '001_inserts.sql': `${create}${inserts()}-- DOWN\nDROP TABLE t;\n`,
    '002_copy.sql': `-- UP\nALTER TABLE t ADD COLUMN more int;\nCOPY t (n, text) FROM stdin;\n${copied()}UPDATE t SET more = 1 WHERE n = ${count};\n`,
  })
  await project.ok(...up)
  expect(await project.query('SELECT count(*)::int, count(DISTINCT n)::int, sum(more)::int FROM t')).toEqual([
    [2 * count, count, 2],
  ])
  expect(await project.statuses()).toEqual(['001_inserts applied', '002_copy applied'])
  expect(await project.query('SELECT down_sql FROM nself.migrations WHERE version = 1')).toEqual([
    ['\nDROP TABLE t;\n'],
  ])
})

test('an error deep inside points at its line and column, and everything is rolled back', async () => {
  const project = await server.project({
    '001_inserts.sql': create + inserts({ 100003: "INSERT INTO t VALUES (nowhere, '😀');" }),
    '002_last.sql': 'CREATE TABLE last (id int);',
  })
  const { code, stderr } = await project.nself(...up)
  expect(code).toBe(4)
  expect(stderr).toMatch(/001_inserts\.sql:100003:23$/m)
  expect(stderr).toContain("100003 | INSERT INTO t VALUES (nowhere, '😀');")
  expect(await project.tables()).toEqual([])
  expect(await project.statuses()).toEqual(['001_inserts pending', '002_last pending'])
})

test('COMMIT deep inside is found before anything runs, and the first invalid file is the one that is named', async () => {
  const project = await server.project({
    '001_first.sql': 'CREATE TABLE first (id int);',
    '002_inserts.sql': create + inserts({ 119999: '  ROLLBACK;' }),
    '003_commit.sql': 'COMMIT;',
  })
  const { code, stderr } = await project.nself(...up)
  expect(code).toBe(2)
  expect(stderr).toMatch(/002_inserts\.sql:119999:3$/m)
  expect(await project.tables()).toEqual([])
})

test('wrong COPY data point at their line', async () => {
  const project = await server.project({ '001_copy.sql': createForCopy + copied({ 100003: 'many\tx' }) })
  const { code, stderr } = await project.nself(...up)
  expect(code).toBe(4)
  expect(stderr).toContain('invalid input syntax for type integer: "many"')
  expect(stderr).toMatch(/001_copy\.sql:100003:1$/m)
  expect(await project.tables()).toEqual([])
})

test('a thousand files are read where a hundred may be open', async () => {
  const files = Array.from({ length: 1000 }, (_, i) => [`${String(i + 1).padStart(4, '0')}_a.sql`, 'SELECT 1;'])
  const project = await server.project(Object.fromEntries(files))
  const limited = [
    '-c',
    'ulimit -n 100; exec "$0" "$@"',
    process.execPath,
    program,
    'db',
    'migrate',
    'status',
    '--json',
  ]
  const { stdout } = spawnSync('sh', [...limited, '--database-url', project.url], {
    cwd: project.root,
    encoding: 'utf8',
  })
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, result: { migrations: { length: 1000 } } })
})

describe('a large file that is edited after it was parsed, while the run waits,', () => {
  const comment = '-- a comment that goes on\n'.repeat(160_000)
  const statements = 'DELETE FROM t WHERE n = 1;\nDELETE FROM t WHERE n = 2;\n'
  const waits = "EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"

  test.each([
    ['outside a transaction', '-- nself: no-transaction\n'],
    ['in a transaction', ''],
  ])('is refused %s, and none of its statements is kept', async (_, header) => {
    const project = await server.project({
      '001_wait.sql': 'ALTER TABLE t ADD COLUMN more int;\n',
      '002_large.sql': `${header}${statements}${comment}`,
    })
    await project.query('CREATE TABLE t (n int); INSERT INTO t VALUES (1), (2), (3)')
    const other = new pg.Client({ connectionString: project.url })
    await other.connect()
    await other.query('BEGIN; LOCK TABLE t IN ACCESS SHARE MODE')
    const running = project.start(...up)
    await project.until(waits)
    project.write({ '002_large.sql': `${header}-- more\n${statements}${comment}` })
    await other.query('COMMIT')
    await other.end()
    const { code, stderr } = await running.finished
    expect(code, stderr).toBe(4)
    expect(stderr).toContain('the file of 002_large changed while it was being run')
    expect(await project.query('SELECT n FROM t ORDER BY n')).toEqual([[1], [2], [3]])
    expect(await project.statuses()).toEqual(['001_wait applied', '002_large pending'])
  })
})
