import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const table = (name: string) => `-- UP\nCREATE TABLE ${name} (id int);\n-- DOWN\nDROP TABLE ${name};\n`
const up = (project: Project, ...args: string[]) => project.nself('db', 'migrate', 'up', ...args)
const down = (project: Project, ...args: string[]) => project.nself('db', 'migrate', 'down', ...args)

async function upEightTimesAtOnce(project: Project): Promise<void> {
  const all = await Promise.all(Array.from({ length: 8 }, () => up(project)))
  expect(
    all.map(({ code }) => code),
    all.map(({ stderr }) => stderr).join('\n'),
  ).toEqual(Array(8).fill(0))
}

describe('a migration that fails', () => {
  test('points at the place after an emoji, keeps what went before and does not run what comes after', async () => {
    const project = await server.project({
      '001_a.sql': table('a'),
      '002_b.sql': "-- UP\nCREATE TABLE b (id int);\nSELECT '😀😀', nowhere;\n",
      '003_c.sql': table('c'),
    })
    const { code, stderr } = await up(project)
    expect(code).toBe(4)
    expect(stderr).toContain('column "nowhere" does not exist')
    expect(stderr).toMatch(/002_b\.sql:3:14$/m)
    expect(stderr).toMatch(/\(local\) now: 001_a applied · nothing of 002_b is left · 003_c not run$/m)
    expect(stderr).toMatch(/^Next: fix 002_b\.sql, then: nself db migrate up$/m)
    expect(await project.tables()).toEqual(['a'])
    expect(await project.query('SELECT name FROM nself.migrations')).toEqual([['001_a']])
    project.write({ '002_b.sql': table('b') })
    await project.ok('db', 'migrate', 'up')
    expect(await project.tables()).toEqual(['a', 'b', 'c'])
  })

  test('points at the line inside a DO block', async () => {
    const project = await server.project({
      '001_do.sql': "-- UP\nSELECT 1;\nDO $$\nBEGIN\n  PERFORM 1;\n  RAISE EXCEPTION 'no luck';\nEND\n$$;\n",
    })
    const { code, stderr } = await up(project)
    expect(code).toBe(4)
    expect(stderr).toContain('no luck')
    expect(stderr).toContain('001_do.sql:6:')
  })

  test('lets nothing after it run', async () => {
    const project = await server.project({
      '001_bad.sql': 'CREATE TABLE bad (id int);\nCREATE TABLE oops (id nothing);\n',
      '002_next.sql': table('next'),
    })
    const { code, stderr } = await up(project)
    expect(code).toBe(4)
    expect(stderr).toContain('001_bad.sql:2:23')
    expect(await project.tables()).toEqual([])
    expect(await project.query('SELECT count(*)::int FROM nself.migrations')).toEqual([[0]])
  })

  test.each(['local', 'production'])(
    'in %s keeps those before it from running when PostgreSQL cannot parse it, its DOWN, or a function in it',
    async (environment) => {
      const project = await server.project({
        '001_a.sql': table('a'),
        '002_b.sql': '-- UP\nCREATE TABLE b ();\n-- DOWN\nDROP TABL b;\n',
        '003_c.sql': 'CREATE FUNCTION c() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETRN 1;\nEND $$;\n',
        '004_d.sql': 'CREAT TABLE d ();\n',
      })
      const { code, stderr } = await up(project, '--env', environment)
      expect(code).toBe(2)
      expect(stderr).toContain('migrations/002_b.sql:4:6\n  4 | DROP TABL b;\n    |      ^^^^\n')
      expect(stderr).toContain('nothing was run; 2 more files have errors: 003_c.sql, 004_d.sql')
      expect(await project.tables()).toEqual([])
      expect((await up(project, '--env', environment, '--dry-run')).code).toBe(2)
    },
  )

  test('rolls back all of the run with --single-transaction', async () => {
    const project = await server.project({ '001_a.sql': table('a'), '002_b.sql': 'SELECT 1 / 0;' })
    expect((await up(project, '--single-transaction')).code).toBe(4)
    expect(await project.tables()).toEqual([])
    expect(await project.statuses()).toEqual(['001_a pending', '002_b pending'])
    project.write({ '002_b.sql': table('b') })
    expect((await up(project, '--single-transaction')).code).toBe(0)
    expect(await project.statuses()).toEqual(['001_a applied', '002_b applied'])
  })

  test('leaves an INVALID index of CONCURRENTLY behind, which the next up builds again', async () => {
    const project = await server.project({
      '001_t.sql': 'CREATE TABLE t (id int);\nINSERT INTO t VALUES (1), (1);\n',
      '002_index.sql': '-- UP\nCREATE UNIQUE INDEX CONCURRENTLY t_id ON t (id);\n-- DOWN\nDROP INDEX t_id;\n',
    })
    const valid = () => project.query("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('t_id')")
    expect((await up(project)).code).toBe(4)
    expect(await valid()).toEqual([[false]])
    expect(await project.statuses()).toEqual(['001_t applied', '002_index failed'])
    await project.query('DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t)')
    await project.ok('db', 'migrate', 'up')
    expect(await valid()).toEqual([[true]])
    expect(await project.statuses()).toEqual(['001_t applied', '002_index applied'])
  })
})

describe('reading files', () => {
  test('takes markers inside strings and dollar quotes as text', async () => {
    const text = 'one\n-- DOWN\ntwo'
    const project = await server.project({
      '001_text.sql': `-- UP\nCREATE TABLE t AS SELECT '${text}' AS a, $x$${text}$x$ AS b;\n-- DOWN\nDROP TABLE t;\n`,
    })
    await project.ok('db', 'migrate', 'up')
    expect(await project.query('SELECT a, b FROM t')).toEqual([[text, text]])
    await project.ok('db', 'migrate', 'down')
    expect(await project.tables()).toEqual([])
  })

  test('finds the same checksum with CRLF and with a byte order mark', async () => {
    const project = await server.project({ '001_a.sql': table('a') })
    await project.ok('db', 'migrate', 'up')
    project.write({ '001_a.sql': table('a').replaceAll('\n', '\r\n') })
    expect(await project.statuses()).toEqual(['001_a applied'])
    project.write({ '001_a.sql': `\uFEFF${table('a')}` })
    expect(await project.statuses()).toEqual(['001_a applied'])
  })

  test('runs a file that begins with a byte order mark', async () => {
    const project = await server.project({ '001_a.sql': '\uFEFFCREATE TABLE a (id int);\n' })
    await project.ok('db', 'migrate', 'up')
    expect(await project.tables()).toEqual(['a'])
  })

  test('loads the data of COPY', async () => {
    const project = await server.project({
      '001_copy.sql':
        'CREATE TABLE t (a int, b text);\nCOPY t (a, b) FROM stdin;\n1\tit;s\n2\t\\N\n\\.\nINSERT INTO t VALUES (3);\n',
    })
    await project.ok('db', 'migrate', 'up')
    expect(await project.query('SELECT * FROM t ORDER BY a')).toEqual([
      [1, 'it;s'],
      [2, null],
      [3, null],
    ])
  })

  test('keeps a search_path like that of pg_dump to its own migration', async () => {
    const project = await server.project({
      '001_dump.sql':
        "\\restrict abc\nSET row_security = off;\nSELECT pg_catalog.set_config('search_path', '', false);\n" +
        'CREATE TABLE public.a (id int);\n\\unrestrict abc\n',
      '002_b.sql': table('b'),
    })
    await project.ok('db', 'migrate', 'up')
    expect(await project.tables()).toEqual(['a', 'b'])
  })

  test('refuses COMMIT before anything runs', async () => {
    const project = await server.project({ '001_a.sql': table('a'), '002_b.sql': '-- UP\nSELECT 1;\n  COMMIT;\n' })
    const { code, stderr } = await up(project)
    expect(code).toBe(2)
    expect(stderr).toContain('002_b.sql:3:3')
    expect(await project.tables()).toEqual([])
  })

  test('refuses two files of one version and names both', async () => {
    const project = await server.project({ '002_a.sql': table('a'), '2_b.sql': table('b') })
    const { code, stderr } = await up(project)
    expect(code).toBe(2)
    expect(stderr).toContain('002_a.sql')
    expect(stderr).toContain('2_b.sql')
    expect(await project.tables()).toEqual([])
  })
})

describe('order and history', () => {
  test('applies a migration once when eight start at the same moment on a new database', async () => {
    const project = await server.project({ '001_log.sql': 'INSERT INTO log SELECT 1 FROM pg_sleep(0.3);' })
    await project.query('CREATE TABLE log (id int)')
    await upEightTimesAtOnce(project)
    expect(await project.query('SELECT id FROM log')).toEqual([[1]])
    expect(await project.statuses()).toEqual(['001_log applied'])
  })

  test('refuses an older file unless told to apply it', async () => {
    const project = await server.project({ '001_a.sql': table('a'), '003_c.sql': table('c') })
    await project.ok('db', 'migrate', 'up')
    project.write({ '002_b.sql': table('b') })
    const refused = await up(project)
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('002_b')
    expect(await project.tables()).toEqual(['a', 'c'])
    await project.ok('db', 'migrate', 'up', '--allow-out-of-order')
    expect(await project.tables()).toEqual(['a', 'b', 'c'])
    await project.ok('db', 'migrate', 'down')
    expect(await project.tables()).toEqual(['a', 'c'])
  })

  test('refuses to run anything after an edited file until it is accepted', async () => {
    const project = await server.project({ '001_a.sql': table('a') })
    await project.ok('db', 'migrate', 'up')
    project.write({ '001_a.sql': table('a').replace('int', 'bigint'), '002_b.sql': table('b') })
    const refused = await up(project)
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('repair --accept 1')
    expect(await project.tables()).toEqual(['a'])
    await project.ok('db', 'migrate', 'repair', '--accept', '001')
    await project.ok('db', 'migrate', 'up')
    expect(await project.statuses()).toEqual(['001_a applied', '002_b applied'])
  })

  test('runs a migration after what it depends on', async () => {
    const project = await server.project({
      '001_a.sql': '-- UP\n-- depends_on: 002_b\nCREATE TABLE a (id int REFERENCES b);\n-- DOWN\nDROP TABLE a;\n',
      '002_b.sql': table('b').replace('int', 'int PRIMARY KEY'),
    })
    await project.ok('db', 'migrate', 'up')
    const names = await project.query('SELECT name FROM nself.migrations ORDER BY position')
    expect(names).toEqual([['002_b'], ['001_a']])
    await project.ok('db', 'migrate', 'down', '--to', '0')
    expect(await project.tables()).toEqual([])
  })

  test('says of a folder without migrations that there are none yet', async () => {
    const project = await server.project({})
    expect(await project.ok('db', 'migrate', 'up')).toMatch(
      /^No migrations yet for .*\nNext: nself db migrate create create_users\n$/,
    )
  })

  test('refuses to revert past an irreversible one before it changes anything', async () => {
    const project = await server.project({ '001_a.sql': 'CREATE TABLE a (id int);', '002_b.sql': table('b') })
    const first = await project.ok('db', 'migrate', 'up', '1')
    expect(first).toContain('001_a has no DOWN; to have one written: nself db migrate create --down-of 001_a')
    const second = await project.ok('db', 'migrate', 'up')
    expect(second).toContain('To revert it: nself db migrate down')
    const { code, stderr } = await down(project, '2')
    expect(code).toBe(3)
    expect(stderr).toContain('cannot revert 001_a: no DOWN')
    expect(stderr).toContain('nself db migrate create --down-of 001_a;')
    expect(await project.tables()).toEqual(['a', 'b'])
  })

  test('reverts a migration whose file is gone with the DOWN from the database', async () => {
    const project = await server.project({ '001_a.sql': table('a'), '002_b.sql': table('b') })
    await project.ok('db', 'migrate', 'up')
    project.write({ '002_b.sql': null })
    expect(await project.statuses()).toEqual(['001_a applied', '002_b missing'])
    await project.ok('db', 'migrate', 'down')
    expect(await project.tables()).toEqual(['a'])
    expect(await project.statuses()).toEqual(['001_a applied'])
  })

  test('applies a migration once when eight start at the same moment on a tracked database', async () => {
    const project = await server.project({ '001_log.sql': 'CREATE TABLE log (id int);' })
    await project.ok('db', 'migrate', 'up')
    project.write({ '002_row.sql': 'INSERT INTO log SELECT 1 FROM pg_sleep(0.3);' })
    await upEightTimesAtOnce(project)
    expect(await project.query('SELECT id FROM log')).toEqual([[1]])
    expect(await project.statuses()).toEqual(['001_log applied', '002_row applied'])
  })
})

describe('for scripts', () => {
  test('exits 6 with --check until everything is applied', async () => {
    const project = await server.project({ '001_a.sql': table('a') })
    expect((await project.nself('db', 'migrate', 'status')).code).toBe(0)
    expect((await project.nself('db', 'migrate', 'status', '--check')).code).toBe(6)
    await project.ok('db', 'migrate', 'up')
    expect((await project.nself('db', 'migrate', 'status', '--check')).code).toBe(0)
    project.write({ '001_a.sql': null })
    expect((await project.nself('db', 'migrate', 'status', '--check')).code).toBe(6)
  })

  test('up --dry-run tells no loss of values in a table that the same run makes', async () => {
    const project = await server.project({
      '001_a.sql': table('a'),
      '002_b.sql': '-- UP\nALTER TABLE a ALTER COLUMN id TYPE bigint;\n',
    })
    expect(await project.ok('db', 'migrate', 'up', '--dry-run')).not.toContain('may lose data')
    await project.ok('db', 'migrate', 'up', '1')
    expect(await project.ok('db', 'migrate', 'up', '--dry-run')).toContain('keeps all values; rewrites the whole table')
  })

  test('prints one JSON document for every command', async () => {
    const project = await server.project({ '001_a.sql': table('a') })
    for (const [kind, args] of [
      ['status', ['status']],
      ['dry-run', ['up', '--dry-run']],
      ['run', ['up']],
      ['run', ['down']],
      ['run', ['fresh']],
      ['repair', ['repair']],
      ['create', ['create', 'next']],
    ] as const) {
      const answer = JSON.parse(await project.ok('db', 'migrate', ...args, '--json'))
      expect(answer).toMatchObject({ ok: true, result: { kind } })
    }
    for (const [kind, args] of [
      ['server', ['stop']],
      ['log', ['logs', 'postgres']],
    ] as const) {
      const { stdout } = await project.nself(...args, '--json')
      const answer = JSON.parse(stdout) as { ok: boolean }
      if (answer.ok) expect(answer).toMatchObject({ result: { kind } })
    }
  })

  test('prints an error as JSON too', async () => {
    const project = await server.project({ '001_a.sql': 'SELECT nowhere;' })
    const failed = await up(project, '--json')
    expect(failed.code).toBe(4)
    expect(JSON.parse(failed.stdout)).toMatchObject({
      ok: false,
      error: { code: 'migration-failed', location: { line: 1, column: 8 } },
    })
    const wrong = await project.nself('db', 'migrate', 'up', 'many', '--json')
    expect(wrong.code).toBe(2)
    expect(JSON.parse(wrong.stdout)).toMatchObject({ ok: false, error: { code: 'usage' } })
  })
})

describe('create', () => {
  test('continues the numbering and writes a file that runs', async () => {
    const project = await server.project({ '001_a.sql': table('a'), '009_b.sql': table('b') })
    expect(await project.ok('db', 'migrate', 'create', 'add users email')).toContain('010_add_users_email.sql')
    const text = readFileSync(join(project.root, 'nself', 'migrations', '010_add_users_email.sql'), 'utf8')
    expect(text).toMatch(/^-- UP/m)
    expect(text).toMatch(/^-- DOWN/m)
    await project.ok('db', 'migrate', 'create', 'later', '--timestamp')
    expect(readdirSync(join(project.root, 'nself', 'migrations')).join()).toMatch(/\d{14}_later\.sql/)
  })

  test('refuses a name that leaves the folder', async () => {
    const project = await server.project({})
    expect((await project.nself('db', 'migrate', 'create', '../../etc/x')).code).toBe(2)
    expect(readdirSync(join(project.root, 'nself', 'migrations'))).toEqual([])
    expect(readdirSync(project.root)).toEqual(['nself'])
  })
})
