import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { createTestDatabase } from '../../src/library/create-test-database.ts'
import type { TestDatabaseSettings } from '../../src/library/test-database.ts'
import { ourConnectionLimit } from '../../src/postgres/databases/databases.ts'
import { checkout } from '../helpers/cli.ts'
import { examplesIn, linkPackages, ran } from '../helpers/examples.ts'
import { connected, type Project, useServer } from '../helpers/project.ts'

const server = useServer()

const users = `-- UP
CREATE TABLE users (email text PRIMARY KEY, verified bool NOT NULL DEFAULT false);
-- DOWN
DROP TABLE users;
`
const migrations = { '001_users.sql': users }

const made = (project: Project, options: TestDatabaseSettings = {}) =>
  createTestDatabase({ cwd: project.root, databaseUrl: project.url, env: {}, ...options })

const rowsOf = (url: string, sql: string) => connected(url, async (client) => (await client.query(sql)).rows)

/** Names of databases, of the one who made it or of templates. */
const databases = async (project: Project, start: string) =>
  (await project.queryBeside(`SELECT datname FROM pg_database WHERE datname ^@ '${start}' ORDER BY oid`)).flat()

function writeSeed(project: Project): void {
  mkdirSync(join(project.root, 'nself/seeds/common'), { recursive: true })
  const text = "INSERT INTO users VALUES ('seeded@example.com') ON CONFLICT DO NOTHING;\n"
  writeFileSync(join(project.root, 'nself/seeds/common/001_users.sql'), text)
}

test('each test has a database of its own, migrated and marked local, and seeded where that is wanted', async () => {
  const project = await server.project(migrations)
  writeSeed(project)
  const [one, two, seeded] = await Promise.all([made(project), made(project), made(project, { seed: true })])
  await rowsOf(one.url, "INSERT INTO users VALUES ('one')")
  expect(await rowsOf(two.url, 'SELECT * FROM users')).toEqual([])
  expect(await rowsOf(seeded.url, 'SELECT email FROM users')).toEqual([{ email: 'seeded@example.com' }])
  expect(await rowsOf(two.url, 'SELECT name FROM nself.migrations')).toEqual([{ name: '001_users' }])
  expect(await rowsOf(two.url, "SELECT value FROM nself.metadata WHERE key = 'environment'")).toEqual([
    { value: 'local' },
  ])
  expect(two.url).toContain(`/${two.database}`)
  await Promise.all([one.drop(), two.drop(), seeded.drop()])
  await project.until(`NOT EXISTS (SELECT FROM pg_database WHERE datname ^@ 'nself_test_')`)
  expect(await project.tables()).toEqual([])
})

test('an edited file makes another template, the same files take the one that is there, and four are kept', async () => {
  const project = await server.project(migrations)
  const before = await databases(project, 'nself_tests_')
  for (const i of [1, 2, 3, 4, 5, 5]) {
    project.write({ '002_more.sql': `-- UP\nCREATE TABLE more_${i} (id int);\n` })
    const database = await made(project)
    expect(await rowsOf(database.url, "SELECT relname FROM pg_class WHERE relname ^@ 'more_'")).toEqual([
      { relname: `more_${i}` },
    ])
    await database.drop()
  }
  const templates = (await databases(project, 'nself_tests_')).filter((name) => !before.includes(name))
  expect(templates).toHaveLength(4)
})

test('a template that is gone is made again', async () => {
  const project = await server.project(migrations)
  const before = await databases(project, 'nself_tests_')
  const first = await made(project)
  for (const name of await databases(project, 'nself_tests_'))
    if (!before.includes(name)) await project.queryBeside(`DROP DATABASE "${name}"`)
  const [second, third] = [await made(project), await made(project)]
  expect(await rowsOf(third.url, 'SELECT * FROM users')).toEqual([])
  await Promise.all([first, second, third].map((database) => database.drop()))
})

test('what belongs to a database and not to its contents comes along: encoding, locale, settings', async () => {
  const project = await server.project({ '001_a.sql': '-- UP\nSELECT 1;\n' })
  const name = new URL(project.url).pathname.slice(1)
  await project.query(`ALTER DATABASE ${name} SET search_path TO app, public`)
  const database = await made(project)
  expect(await rowsOf(database.url, 'SHOW search_path')).toEqual([{ search_path: 'app, public' }])
  const traits = (of: string) =>
    project.query(`SELECT encoding, datcollate, datctype FROM pg_database WHERE datname = '${of}'`)
  expect(await traits(database.database)).toEqual(await traits(name))
  await database.drop()
})

test('a failed migration is told with its place, and the next call tries again', async () => {
  const project = await server.project({ '001_bad.sql': '-- UP\nSELECT 1;\nSELECT 1 / 0;\n' })
  await expect(made(project)).rejects.toMatchObject({
    code: 'migration-failed',
    location: { path: 'nself/migrations/001_bad.sql', line: 3 },
  })
  expect(
    await databases(project, 'nself_tests_').then((names) => names.filter((name) => /_new$/.test(String(name)))),
  ).toEqual([])
  project.write({ '001_bad.sql': '-- UP\nCREATE TABLE x ();\n' })
  await (await made(project)).drop()
})

test('staging and production are refused, by name and by what the database remembers', async () => {
  const project = await server.project(migrations)
  for (const env of [{ ENV: 'production' }, { ENVIRONMENT: 'staging' }])
    await expect(made(project, { env })).rejects.toMatchObject({ code: 'refused' })
  await project.ok('db', 'migrate', 'up', '--env', 'staging')
  await expect(made(project)).rejects.toThrow('is marked staging')
  await expect(made(project, { sead: true } as object)).rejects.toMatchObject({ code: 'usage' })
})

test('a role that may not create databases is told what it needs', async () => {
  const project = await server.project(migrations)
  await project.query("CREATE ROLE poor_tester LOGIN PASSWORD 'x'")
  const url = new URL(project.url)
  url.username = 'poor_tester'
  await expect(made(project, { databaseUrl: url.href })).rejects.toMatchObject({
    code: 'refused',
    hint: expect.stringContaining('ALTER ROLE poor_tester CREATEDB'),
  })
})

test('drop is refused while a pool is open, and does it once that has ended', async () => {
  const project = await server.project(migrations)
  const database = await made(project)
  const pool = new pg.Pool({ connectionString: database.url, application_name: 'leaked pool' })
  await pool.query('SELECT 1')
  await expect(database.drop()).rejects.toThrow(/is still used: .*leaked pool/)
  await pool.end()
  await database.drop()
  await database.drop()
  await project.until(`NOT EXISTS (SELECT FROM pg_database WHERE datname = '${database.database}')`)
})

/** A process of its own that makes a database and says its name; it lives until it is killed. */
async function worker(project: Project): Promise<{ name: string; kill: () => Promise<void> }> {
  const script = `require('nself/testing').createTestDatabase().then(({ database }) => console.log(database))
    setInterval(() => {}, 1e6)`
  const child = spawn(process.execPath, ['-e', script], {
    cwd: project.root,
    env: { PATH: process.env.PATH, DATABASE_URL: project.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()))
  const kill = () => {
    child.kill('SIGKILL')
    return ended
  }
  onTestFinished(kill)
  const name = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()))
    void ended.then(() => reject(new Error('the worker ended')))
  })
  return { name, kill }
}

test('of workers at once one makes the template; what a killed one leaves is dropped, what a live one has is not', async () => {
  const project = await server.project(migrations)
  // The server, which may run as another user, can write here.
  const log = join(tmpdir(), `nself-made-${randomUUID()}`)
  onTestFinished(() => rmSync(log, { force: true }))
  project.write({ '002_told.sql': `-- UP\nCOPY (SELECT 'made') TO PROGRAM 'cat >> ${log}';\n` })
  linkPackages(project, ['nself'])
  const [killed, living] = await Promise.all([worker(project), worker(project), worker(project)])
  expect(readFileSync(log, 'utf8')).toBe('made\n')
  await killed.kill()
  const token = (name: string) => name.replace(/_\d+$/, '')
  const claimed = `((classid::bigint << 32) | objid::bigint) = hashtextextended('${token(killed.name)}', ${ourConnectionLimit})`
  await project.until(`NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND ${claimed})`)
  const database = await made(project)
  await project.until(`NOT EXISTS (SELECT FROM pg_database WHERE datname ^@ '${token(killed.name)}')`)
  expect(await databases(project, living.name)).toEqual([living.name])
  await database.drop()
})

test('the examples of docs/testing.md pass with node:test and Vitest', async () => {
  const project = await server.project(migrations)
  linkPackages(project, ['nself', 'pg', 'vitest'])
  for (const { name, text } of examplesIn('testing.md')) writeFileSync(join(project.root, name), text)
  expect((await ran(project, ['--test', 'users.test.mjs'])).stdout).toContain('# pass 1\n')
  const vitest = join(checkout, 'node_modules/vitest/vitest.mjs')
  const config = 'export default { test: { include: ["*.vitest.mjs"] } }\n'
  writeFileSync(join(project.root, 'vitest.config.mjs'), config)
  expect((await ran(project, [vitest, 'run'])).stdout).toMatch(/Tests +2 passed/)
})
