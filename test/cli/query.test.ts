import { describe, expect, test } from 'vitest'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()

async function withTable(...flags: string[]): Promise<Project> {
  const project = await server.project({
    '001_t.sql': 'CREATE TABLE t (id int, note text);\nINSERT INTO t VALUES (1, NULL);',
  })
  await project.ok('db', 'migrate', 'up', '--no-backup', ...flags)
  return project
}

const query = (project: Project, ...args: string[]) => project.nself('db', 'query', ...args)
const ids = async (project: Project) => (await project.query('SELECT id FROM t ORDER BY id')).flat()

describe('what a query prints', () => {
  test('tells that a transaction that was left open was rolled back', async () => {
    const project = await withTable()
    const { code, stderr } = await query(project, 'BEGIN; INSERT INTO t VALUES (2)')
    expect(code).toBe(0)
    expect(stderr).toContain('left its transaction open, so it was rolled back')
    expect(await ids(project)).toEqual([1])
    expect((await query(project, 'BEGIN; INSERT INTO t VALUES (3); COMMIT')).stderr).toBe('')
  })

  test('is a table for people, numbers to the right, control characters made visible', async () => {
    const project = await withTable()
    const { stdout } = await query(project, `SELECT 7 AS n, E'a\\nb\\u001b[31m' AS note UNION ALL SELECT 1234, NULL`)
    expect(stdout).toBe('   n  note\n────  ──────────────\n   7  a\\nb\\u001b[31m\n1234\n(2 rows)\n')
  })

  test('is CSV by RFC 4180, in which NULL and an empty text differ', async () => {
    const project = await withTable()
    const sql = `SELECT 'a,b' AS "x,""y", 'say "hi"' AS q, E'two\\nlines' AS l, NULL AS n, '' AS e`
    const { stdout } = await query(project, sql, '--csv')
    expect(stdout).toBe('"x,""y",q,l,n,e\r\n"a,b","say ""hi""","two\nlines",,""\r\n')
  })

  test('is JSON with the types that JSON has, and nothing lost of those it has not', async () => {
    const project = await withTable()
    const sql = `SELECT 1 AS n, true AS b, '{"x":[1]}'::jsonb AS j, 9007199254740993 AS big, 0.10 AS num, NULL AS nil, 2 AS n`
    const { result } = JSON.parse((await query(project, sql, '--json')).stdout)
    expect(result.rows).toEqual([
      { n: 1, b: true, j: { x: [1] }, big: '9007199254740993', num: '0.10', nil: null, n_2: 2 },
    ])
  })

  test('is one table for each statement, and what was done by those without rows', async () => {
    const project = await withTable()
    const { stdout } = await query(project, 'INSERT INTO t VALUES (2), (3); SELECT count(*) FROM t')
    expect(stdout).toBe('INSERT (2 rows)\n\ncount\n─────\n    3\n(1 row)\n')
  })
})

test('the SQL can come from standard input', async () => {
  const project = await withTable()
  const { stdout } = await project.run(['db', 'query', '-', '--csv'], {
    input: 'SELECT id\nFROM t -- all of them\n',
  })
  expect(stdout).toBe('id\r\n1\r\n')
})

describe('a query that fails', () => {
  test('is pointed at, behind an emoji too, and nothing of it is kept', async () => {
    const project = await withTable()
    const { code, stderr } = await query(project, "INSERT INTO t VALUES (2);\nSELECT '😀', nowhere")
    expect(code).toBe(4)
    expect(stderr).toContain('SQL:2:13')
    expect(await ids(project)).toEqual([1])
  })

  test.each([
    ['nothing', ' ; ', 'there is no SQL'],
    ['an open quote', "SELECT 'a", 'unterminated'],
    ['COPY', 'COPY t TO STDOUT', 'COPY needs a stream'],
  ])('%s is a usage error', async (_, sql, told) => {
    const { code, stderr } = await query(await withTable(), sql)
    expect(code).toBe(2)
    expect(stderr).toContain(told)
  })

  test('ends with Ctrl-C, and is cancelled on the server', async () => {
    const project = await withTable()
    const terminal = project.atTerminal(
      'db',
      'query',
      "DO $$ BEGIN RAISE NOTICE 'it runs'; PERFORM pg_sleep(60); END $$",
    )
    await terminal.shows('it runs')
    terminal.type('\u0003')
    expect((await terminal.finished).code).toBe(130)
    expect(await project.query("SELECT pid FROM pg_stat_activity WHERE application_name = 'nself query'")).toEqual([])
  })
})

describe('writing', () => {
  test('is free in local', async () => {
    const project = await withTable()
    await project.ok('db', 'query', 'DELETE FROM t')
    expect(await ids(project)).toEqual([])
  })

  test.each(['staging', 'production'])('needs --write and a yes in %s', async (environment) => {
    const project = await withTable('--env', environment, '--yes')
    const flags = ['--env', environment]
    const read = await query(project, 'DELETE FROM t', ...flags, '--yes')
    expect(read.code).toBe(4)
    expect(read.stderr).toContain('--write')
    expect((await query(project, 'DELETE FROM t', ...flags, '--write')).code).toBe(3)
    expect(await ids(project)).toEqual([1])
    await project.ok('db', 'query', 'DELETE FROM t', ...flags, '--write', '--yes')
    expect(await ids(project)).toEqual([])
  })

  test.each([
    'COMMIT; DELETE FROM t',
    'ROLLBACK; BEGIN; DELETE FROM t; COMMIT',
    'SET TRANSACTION READ WRITE; DELETE FROM t',
    "SELECT set_config('transaction_read_only', 'off', false); DELETE FROM t",
    'SET default_transaction_read_only = off; DELETE FROM t',
    'SAVEPOINT a; RELEASE a; SET TRANSACTION READ WRITE; DELETE FROM t',
    "SET standard_conforming_strings = off; SELECT '\\'; COMMIT; DELETE FROM t; --'",
    'DO $$ BEGIN COMMIT; DELETE FROM t; END $$',
  ])('cannot be smuggled in: %s', async (sql) => {
    const project = await withTable('--env', 'production', '--yes')
    expect((await query(project, sql, '--env', 'production')).code).not.toBe(0)
    expect(await ids(project)).toEqual([1])
  })

  test('is refused by a command that believes it is local on a database marked production', async () => {
    const project = await withTable('--env', 'production', '--yes')
    expect((await query(project, 'DELETE FROM t')).code).toBe(3)
    expect(await ids(project)).toEqual([1])
  })
})
