import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Env, start } from '../helpers/cli.ts'
import { useServer } from '../helpers/project.ts'

const server = useServer()

/** A folder that is no project, where nself runs from. */
function emptyFolder() {
  const root = mkdtempSync(join(tmpdir(), 'nself-init-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const nself = (args: readonly string[], env: Env = {}, at = '.') => start(join(root, at), args, env).finished
  return { root, nself }
}

test('outside of a project a command names the two ways in', async () => {
  const { root, nself } = emptyFolder()
  const { code, stderr } = await nself(['up'])
  expect(code).toBe(2)
  expect(stderr).toBe(
    `There is no nself project in ${root} or above it.\n` +
      '  nself init             makes nself/migrations and nself/seeds here\n' +
      "  nself db adopt         the same for a database, or another tool's migrations, that are there already\n",
  )
})

test('outside of a project two servers can be compared, and one looked at, by their URLs', async () => {
  const { nself } = emptyFolder()
  const [one, other] = [await server.project({}), await server.project({})]
  await one.query('CREATE TABLE t (a int)')
  const diff = await nself(['db', 'schema', 'diff', one.url, other.url])
  expect([diff.code, diff.stdout]).toEqual([0, expect.stringContaining('+ Table: t')])
  const show = await nself(['db', 'schema', 'show', '--database-url', one.url])
  expect([show.code, show.stdout]).toEqual([0, expect.stringContaining('t ')])
  const sides = [
    ['db', 'schema', 'diff', one.url],
    ['db', 'schema', 'diff', 'migrations', one.url],
    ['db', 'query', 'SELECT 1'],
  ]
  for (const args of sides) expect((await nself(args)).stderr).toMatch(/^There is no nself project/)
})

test('init makes folders, env examples and the lines of .gitignore, and says which server will be used', async () => {
  const { root, nself } = emptyFolder()
  writeFileSync(join(root, '.gitignore'), 'node_modules\r\n/.env')
  writeFileSync(join(root, '.env.example'), 'MINE=1\n')
  const { code, stdout } = await nself(['init'])
  expect(code).toBe(0)
  expect(stdout).toBe(
    'Created nself/migrations, nself/seeds, .env.staging.example, .env.prod.example, lines in .gitignore. ' +
      'No server is set: PostgreSQL 18 will run for this project in .nself\n' +
      'Next: nself db migrate create create_users\n',
  )
  expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe(
    'node_modules\r\n/.env\r\n.nself/\r\n_backups/\r\n.env.*\r\n!.env*.example\r\n.secrets\r\n',
  )
  expect(readFileSync(join(root, '.env.example'), 'utf8')).toBe('MINE=1\n')
  rmSync(join(root, 'nself', 'seeds'), { recursive: true })
  expect((await nself(['init'])).stdout).toMatch(/^Created nself\/seeds\. /)
  expect((await nself(['init'])).stdout).toMatch(/^The project is already set up here\. /)
  expect(readFileSync(join(root, '.gitignore'), 'utf8').match(/_backups/g)).toHaveLength(1)
})

test('init below a project says that there is one above, and makes nothing', async () => {
  const { root, nself } = emptyFolder()
  mkdirSync(join(root, 'nself'))
  mkdirSync(join(root, 'src', 'api'), { recursive: true })
  const { code, stderr } = await nself(['init'], {}, 'src/api')
  expect(code).toBe(2)
  expect(stderr).toContain('there is a project already above this folder, in ../..\n')
  expect(existsSync(join(root, 'src', 'api', 'nself'))).toBe(false)
})

test('create makes the folders that it needs, and tells paths from where the person stands', async () => {
  const { root, nself } = emptyFolder()
  const first = await nself(['create', 'create_users'])
  expect(first.stdout).toBe(
    'Created nself/migrations/001_create_users.sql. Next: write its SQL, then: nself db migrate up\n',
  )
  mkdirSync(join(root, 'src'))
  writeFileSync(join(root, 'nself', 'migrations', '002_b.sql'), '-- UP\nSELECT 1;\n-- UP\n')
  expect((await nself(['create', 'add'], {}, 'src')).stdout).toMatch(/^Created \.\.\/nself\/migrations\/003_add\.sql/)
  const { stderr } = await nself(['status', '--database-url', 'postgres://nobody@127.0.0.1:1/none'], {}, 'src')
  expect(stderr).not.toContain('Error: nself/')
})

test('folders that variables name are enough for a project', async () => {
  const { root, nself } = emptyFolder()
  const named = await nself(['create', 'a'], { NSELF_MIGRATIONS_DIR: 'db/changes' })
  expect(named.stdout).toContain('Created db/changes/001_a.sql.')
  mkdirSync(join(root, 'src'))
  writeFileSync(join(root, '.env'), 'NSELF_MIGRATIONS_DIR=db/changes\n')
  expect((await nself(['env'], {}, 'src')).stdout).toContain('../db/changes')
  writeFileSync(join(root, '.env'), 'NSELF_MIGRATIONS_DIR=db/chnages\n')
  const { stderr } = await nself(['up', '--database-url', 'postgres://nobody@127.0.0.1:1/none'])
  expect(stderr).toContain('NSELF_MIGRATIONS_DIR in .env names db/chnages, which does not exist')
})

test('a folder of migrations that is not there is empty', async () => {
  const project = await server.project({})
  rmSync(join(project.root, 'nself', 'migrations'), { recursive: true })
  expect(await project.statuses()).toEqual([])
})

test('a first up on a database that has its tables already leads to adopt', async () => {
  const project = await server.project({
    '001_init.sql': "-- the first\nCREATE TYPE mood AS ENUM ('sad');\n/* then */ CREATE TABLE users (id int);\n",
  })
  await project.query('CREATE TABLE users (id int); CREATE TABLE orders (id int)')
  const { code, stderr } = await project.nself('up', '--database-url', project.url)
  expect(code).toBe(3)
  expect(stderr).toContain('001_init creates users, which')
  expect(stderr).toContain('move nself/migrations/001_init.sql elsewhere')
  expect(stderr).toContain('nself db adopt --database-url')
  expect(stderr).toContain('2 tables (orders, users)')
  expect(await project.query("SELECT to_regtype('mood'), to_regnamespace('nself')")).toEqual([[null, null]])
  const status = (await project.ok('status')).replaceAll(/\s+/g, ' ')
  expect(status).toContain('Next: nself db adopt (the database has 2 tables that nself does not track); if these')
  expect(status).not.toContain('migrate up')
  const start = await project.ok('init')
  expect(start).toContain('Next: nself db adopt   (the database has 2 tables that nself does not track); if these')
  rmSync(join(project.root, 'nself', 'migrations', '001_init.sql'))
  expect(await project.ok('db', 'adopt')).toContain('1 migration recorded as applied')
})

test('a baseline comes before the first migration that is there already', async () => {
  const project = await server.project({ '0001_b.sql': 'CREATE TABLE b (id int);' })
  await project.query('CREATE TABLE a (id int)')
  expect(await project.ok('db', 'adopt')).toContain('proven: the baseline makes the schema that you have')
  expect(await project.statuses()).toEqual(['0000_baseline applied', '0001_b pending'])
})

test('files of a DOWN of their own lead to adopt, not to a number of their own', async () => {
  const project = await server.project({ '1_a.sql': 'CREATE TABLE a (id int);', '1_a_down.sql': 'DROP TABLE a;' })
  const { code, stderr } = await project.nself('up')
  expect([code, stderr]).toEqual([2, expect.stringContaining('Next: nself db adopt nself-bash ')])
})

test('tables that nself does not track are told, and keep no other first migration from running', async () => {
  const project = await server.project({
    '001_a.sql': 'DROP TABLE IF EXISTS a; CREATE TABLE a (id int);',
    '002_b.sql': 'CREATE TABLE IF NOT EXISTS b (id int);',
  })
  await project.query('CREATE TABLE a (id int); CREATE TABLE b (id int)')
  const { code, stderr } = await project.nself('up')
  expect(code).toBe(0)
  expect(stderr).toContain('has 2 tables (a, b) that nself does not track')
  const { stderr: later } = await project.nself('up')
  expect(later).not.toContain('does not track')
})

test('a design that has what an untracked database has already leads to adopt before a migration is written', async () => {
  const project = await server.project({})
  const design = 'Table users {\n id int [pk]\n name text\n nick text\n}\n'
  writeFileSync(join(project.root, 'schema.dbml'), design)
  await project.query(
    'CREATE TABLE users (id int PRIMARY KEY, name text); CREATE TABLE pgmigrations (id int, name text, run_on timestamp)',
  )
  const { code, stderr } = await project.nself('db', 'run')
  expect(code).toBe(3)
  expect(stderr).toContain('the first migration would create users, which already exists')
  expect(stderr).toContain(
    'has 2 tables (pgmigrations, users) that nself does not track, among them the history of node-pg-migrate',
  )
  expect(stderr).toContain('Next: nself db adopt takes')
  await project.ok('db', 'adopt', 'baseline')
  expect(await project.ok('db', 'run')).toContain('+ nick text')
})
