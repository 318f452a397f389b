import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAtTerminal } from '../helpers/cli.ts'
import { useServer } from '../helpers/project.ts'

const server = useServer()

test('Ctrl-C cancels the query and stays in psql, read-only or not', async () => {
  const project = await server.project({})
  for (const flags of [[], ['--readonly']]) {
    const terminal = startAtTerminal(project.root, ['db', 'shell', ...flags], {
      DATABASE_URL: project.url,
      ...{ PAGER: 'cat', PSQLRC: '/dev/null' },
    })
    await terminal.shows('=#')
    terminal.type("DO $$ BEGIN RAISE NOTICE 'it runs'; PERFORM pg_sleep(60); END $$;\r")
    await terminal.shows('NOTICE:  it runs')
    terminal.type('\u0003')
    await terminal.shows('canceling statement due to user request')
    terminal.type('SELECT 40 + 2 AS answer;\r')
    await terminal.shows('42')
    terminal.type('\\q\r')
    expect((await terminal.finished).code).toBe(0)
  }
})

test('--readonly takes what people type, and writes none of it', async () => {
  const project = await server.project({})
  await project.query('CREATE TABLE t AS SELECT 1 AS id')
  const input = `
    \\d t
    SELECT count(*) FROM t;
    DELETE FROM t;
    SET default_transaction_read_only = off;
    BEGIN READ WRITE;
    DELETE FROM t;
    COMMIT;
    SELECT 1 \\; COMMIT \\; DELETE FROM t;
    SELECT 1 \\gdesc
    \\c
    COPY t TO stdout;
    \\copy t FROM /dev/null
    \\set FETCH_COUNT 10
    SELECT max(n) FROM generate_series(1, 25) AS n;
  `
  const { stdout, stderr } = await project.run(['db', 'shell', '--readonly'], { input })
  expect(stdout).toContain('Table "public.t"')
  expect(stdout).toContain('You are now connected to database')
  expect(stdout).toMatch(/^1$/m)
  expect(stdout).toContain('25')
  expect(stderr.match(/cannot execute DELETE in a read-only transaction/g)).toHaveLength(3)
  expect(await project.query('SELECT id FROM t')).toEqual([[1]])
})

test('--readonly at a terminal: a \\c that leads past it leads into a session that does not write', async () => {
  const project = await server.project({})
  await project.query('CREATE TABLE t AS SELECT 1 AS id')
  const terminal = startAtTerminal(project.root, ['db', 'shell', '--readonly'], {
    DATABASE_URL: project.url,
    PAGER: 'cat',
  })
  await terminal.shows('=#')
  terminal.type(`\\c "${project.url}"\r`)
  await terminal.shows('=#')
  terminal.type('DELETE FROM t;\r')
  await terminal.shows('cannot execute DELETE in a read-only transaction')
  terminal.type('\\q\r')
  await terminal.finished
  expect(await project.query('SELECT id FROM t')).toEqual([[1]])
})

test("psql's exit status is that of the command", async () => {
  const project = await server.project({})
  const input = '\\set ON_ERROR_STOP on\nSELECT nowhere;\n'
  expect((await project.run(['db', 'shell'], { input })).code).toBe(3)
})

test('--readonly takes no line that could leave its connection, and reads no .psqlrc', async () => {
  const project = await server.project({})
  await project.query('CREATE TABLE t AS SELECT 1 AS id')
  const psqlrc = join(project.root, 'psqlrc')
  writeFileSync(psqlrc, `\\c "${project.url}"\n`)
  const input = `\\c "${project.url}"\nDELETE FROM t;\n\\! true\nSELECT 'still here';\n`
  const { code, stdout, stderr } = await project.run(['db', 'shell', '--readonly'], { input, env: { PSQLRC: psqlrc } })
  expect(code).toBe(3)
  expect(stdout).toContain('still here')
  expect(stdout).not.toContain('You are now connected')
  expect(stderr).toContain('it could change the connection')
  expect(stderr).toContain('cannot execute DELETE in a read-only transaction')
  expect(await project.query('SELECT id FROM t')).toEqual([[1]])
})
