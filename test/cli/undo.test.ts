import { expect, test } from 'vitest'
import { cloneClause } from '../../src/postgres/databases/clone-files.ts'
import { keys, startAtTerminal } from '../helpers/cli.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const files = { '001_a.sql': '-- UP\nCREATE TABLE a (id int);\n-- DOWN\nDROP TABLE a;\n' }
const withCopies = { env: { NSELF_UNDO: undefined } }

/** A table with a row, in a database that nobody is connected to. */
async function filled(): Promise<Project> {
  const project = await server.project(files)
  await project.up()
  await project.query('INSERT INTO a VALUES (1)')
  return project
}

async function ok(project: Project, ...args: string[]) {
  const { code, stdout, stderr } = await project.run(args, withCopies)
  expect(code, stderr).toBe(0)
  return { stdout, stderr }
}

test.each([
  ['down', ['db', 'migrate', 'down']],
  ['redo', ['db', 'migrate', 'redo']],
  ['fresh', ['db', 'migrate', 'fresh']],
])('undo brings back what %s took away, and undo again what undo took away', async (name, command) => {
  const project = await filled()
  const { stderr } = await ok(project, ...command)
  expect(stderr).toContain('To bring back what was there: nself db undo\n')
  const { stdout } = await ok(project, 'db', 'undo', '--yes')
  expect(stdout).toContain(`before nself db migrate ${name}`)
  expect(await project.query('SELECT id FROM a')).toEqual([[1]])
  expect(await project.statuses()).toEqual(['001_a applied'])
  await ok(project, 'db', 'undo', '--yes')
  expect(await project.query("SELECT to_regclass('a') IS NULL OR NOT EXISTS (SELECT FROM nself.migrations)")).toEqual([
    [name === 'down'],
  ])
})

test('a down that fails and changes nothing leaves no copy behind', async () => {
  const project = await server.project({
    ...files,
    '002_b.sql': '-- UP\nCREATE TABLE b (id int);\n-- DOWN\nDROP TABLE nowhere;\n',
  })
  await project.up()
  expect((await project.run(['db', 'migrate', 'down'], withCopies)).code).toBe(4)
  const copies = "SELECT datname FROM pg_database WHERE datname ^@ (current_database() || '_undo')"
  expect(await project.query(copies)).toEqual([])
  project.write({ '002_b.sql': '-- UP\nCREATE TABLE b (id int);\n-- DOWN\nDROP TABLE b;\n' })
  await ok(project, 'db', 'migrate', 'down')
  expect(await project.query(copies)).toHaveLength(1)
})

test('what undo replaces is kept as copies are: no more than three of them at a time', async () => {
  const project = await filled()
  await ok(project, 'db', 'migrate', 'down')
  for (let i = 0; i < 4; i++) {
    await ok(project, 'db', 'undo', '--yes')
    await ok(project, 'db', 'migrate', 'redo')
  }
  const kept = "SELECT count(*)::int FROM pg_database WHERE datname ~ ('^' || current_database() || '_(before|undo)_')"
  expect(await project.query(kept)).toEqual([[3]])
})

test('undo asks first, and without a terminal says what answers', async () => {
  const project = await filled()
  await ok(project, 'db', 'migrate', 'down')
  const { code, stderr } = await project.run(['db', 'undo'], withCopies)
  expect(code, stderr).toBe(3)
  expect(stderr).toContain('--yes')
  expect(await project.tables()).toEqual([])
})

test('a database with its owner, settings and comment is as it was after undo', async () => {
  const project = await filled()
  const name = new URL(project.url).pathname.slice(1)
  await project.query(`ALTER DATABASE "${name}" SET search_path = app, public; COMMENT ON DATABASE "${name}" IS 'ours'`)
  await ok(project, 'db', 'migrate', 'down')
  await ok(project, 'db', 'undo', '--yes')
  expect(
    await project.query(`SELECT shobj_description(oid, 'pg_database'), datallowconn, datconnlimit,
      (SELECT setconfig::text FROM pg_db_role_setting WHERE setdatabase = d.oid) FROM pg_database d WHERE datname = current_database()`),
  ).toEqual([['ours', true, -1, '{"search_path=app, public"}']])
})

test('without a copy undo says so, and where an older state may be', async () => {
  const project = await filled()
  const { code, stderr } = await project.run(['db', 'undo', '--yes'], withCopies)
  expect(code, stderr).toBe(3)
  expect(stderr).toContain('there is nothing to undo')
  expect(stderr).toContain('nself db backup list')
})

test('undo is refused outside of local', async () => {
  const project = await filled()
  await ok(project, 'db', 'migrate', 'down')
  const { code, stderr } = await project.run(['db', 'undo', '--yes', '--env', 'staging'], withCopies)
  expect(code, stderr).toBe(3)
  expect(stderr).toContain('nself db restore')
  expect(await project.tables()).toEqual([])
})

test('while others are connected no copy is made: it is said, and at a terminal asked', async () => {
  const project = await filled()
  const other = await project.connect()
  try {
    const { stderr } = await ok(project, 'db', 'migrate', 'redo')
    expect(stderr).toContain('no copy of')
    const env = { DATABASE_URL: project.url, NSELF_UNDO: undefined }
    const terminal = startAtTerminal(project.root, ['db', 'migrate', 'down'], env)
    await terminal.shows('End ')
    terminal.type(`n${keys.enter}`)
    await terminal.shows('Continue without a copy?')
    terminal.type(`n${keys.enter}`)
    const { code, screen } = await terminal.finished
    expect(code, screen).toBe(3)
    expect(await project.tables()).toEqual(['a'])
  } finally {
    await other.end()
  }
})

test('of a large database the copy shares its files, and undo brings it back', async () => {
  const project = await filled()
  await project.query("CREATE TABLE large AS SELECT i, repeat('x', 1000) AS text FROM generate_series(1, 64000) i")
  const client = await project.connect()
  expect(await cloneClause(client, new URL(project.url).pathname.slice(1))).toBe(' STRATEGY FILE_COPY')
  expect(await cloneClause(client, 'template1')).toBe('')
  await client.end()
  await ok(project, 'db', 'migrate', 'down')
  await ok(project, 'db', 'undo', '--yes')
  expect(await project.query('SELECT count(*)::int FROM large')).toEqual([[64000]])
  expect(await project.query('SELECT id FROM a')).toEqual([[1]])
})
