import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { logPathOf } from '../../src/postgres/embedded/folder.ts'
import { withFullStdout } from '../helpers/full-stdout.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const table = `CREATE EXTENSION pgcrypto;
CREATE TABLE users (email text UNIQUE, name text NOT NULL, role text CHECK (role <> 'wizard'), password_hash text);`
const production = ['--env', 'production', '--yes'] as const

async function migrated(sql: string, ...flags: string[]): Promise<Project> {
  const project = await server.project({ '001_users.sql': sql })
  await project.ok('db', 'migrate', 'up', '--no-backup', ...flags)
  return project
}

function configure(project: Project, file: string, content: unknown): void {
  mkdirSync(join(project.root, 'nself/config'), { recursive: true })
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  writeFileSync(join(project.root, 'nself/config', file), text)
}

const users = (project: Project, ...args: string[]) => project.nself('db', 'seed', 'users', ...args)
const countOf = async (project: Project) => (await project.query('SELECT count(*)::int FROM users'))[0]?.[0]
const ada = { email: 'ada@example.com', name: 'Ada Lovelace', role: 'admin' }

describe('mock users', () => {
  test('are 20 in local with the test accounts, who sign in with the password that is told; twice adds nobody', async () => {
    const project = await migrated(table)
    expect(await project.ok('db', 'seed', 'users')).toMatch(
      /Added 23 users[\s\S]*admin@example\.test.*password password/,
    )
    expect(await project.ok('db', 'seed', 'users')).toContain('Added 0 users')
    expect(await countOf(project)).toBe(23)
    const signsIn =
      "SELECT role FROM users WHERE email = 'admin@example.test' AND password_hash = crypt('password', password_hash)"
    expect(await project.query(signsIn)).toEqual([['admin']])
  })

  test('are 100 in staging, after a yes, with passwords that nobody knows', async () => {
    const project = await migrated(table, '--env', 'staging')
    expect((await users(project, '--env', 'staging')).code).toBe(3)
    expect(await countOf(project)).toBe(0)
    const stdout = await project.ok('db', 'seed', 'users', '--env', 'staging', '--yes')
    expect(stdout).not.toContain('password')
    expect(await countOf(project)).toBe(100)
    const hashes =
      "SELECT count(DISTINCT password_hash)::int, bool_or(password_hash = crypt('password', password_hash)) FROM users"
    expect(await project.query(hashes)).toEqual([[100, false]])
  })

  test('are refused in production whatever is answered', async () => {
    const project = await migrated(table, ...production)
    configure(project, 'prod-users.json', [ada])
    const { code, stderr } = await users(project, ...production, '--mock', '5')
    expect(code).toBe(3)
    expect(stderr).toContain('never added in production')
    for (const environment of ['local', 'staging']) {
      expect((await users(project, '--env', environment, '--yes')).code).toBe(3)
    }
    expect(await countOf(project)).toBe(0)
  })
})

describe('the people of production', () => {
  test('get passwords that are shown once, fit their hashes, and reach no log', async () => {
    const project = await migrated(table, ...production)
    await project.query(`ALTER DATABASE ${new URL(project.url).pathname.slice(1)} SET log_statement = 'all'`)
    configure(project, 'prod-users.json', [ada, { ...ada, email: 'ben@example.com', name: "Ben O'Hara" }])
    const stdout = await project.ok('db', 'seed', 'users', ...production)
    const password = /ada@example\.com\s+(\S{20})$/m.exec(stdout)?.[1] as string
    const found = `SELECT name FROM users WHERE email = 'ada@example.com' AND password_hash LIKE '$2a$%'
      AND password_hash = crypt('${password.slice(0, 10)}' || '${password.slice(10)}', password_hash)`
    expect(await project.query(found)).toEqual([['Ada Lovelace']])
    const logged = readFileSync(logPathOf(join(project.root, '..', '.nself')), 'utf8')
    expect(logged).toContain('ben@example.com')
    expect(logged).not.toContain(password)
    const again = await project.ok('db', 'seed', 'users', ...production)
    expect(again).toContain('2 users already existed')
    expect(again).not.toMatch(/\S{20}$/m)
  })

  test('are named where a full disk under stdout keeps their passwords from everybody', async () => {
    const project = await migrated(table, ...production)
    configure(project, 'prod-users.json', [ada])
    const { status, stderr } = withFullStdout(project, ['db', 'seed', 'users', ...production])
    expect(status, stderr).toBe(2)
    expect(stderr).toContain('the passwords of the new users are lost: stdout cannot be written: the disk is full')
    expect(stderr).toMatch(/Next: make room, delete these users.*: ada@example\.com\n$/)
  })

  test('can be named by NSELF_PROD_USERS, which wins over the file', async () => {
    const project = await migrated(table, ...production)
    configure(project, 'prod-users.json', [{ ...ada, email: 'file@example.com' }])
    const env = { NSELF_PROD_USERS: 'ada@example.com:Ada: Countess of Lovelace:admin, ben@example.com:Ben:user' }
    expect((await project.run(['db', 'seed', 'users', ...production], { env })).code).toBe(0)
    expect(await project.query('SELECT email, name, role FROM users ORDER BY 1')).toEqual([
      ['ada@example.com', 'Ada: Countess of Lovelace', 'admin'],
      ['ben@example.com', 'Ben', 'user'],
    ])
  })

  test('those who are there under another case are not added', async () => {
    const project = await migrated(table, ...production)
    await project.query("INSERT INTO users VALUES ('ADA@example.com', 'Ada', 'admin', 'old')")
    configure(project, 'prod-users.json', [ada])
    expect(await project.ok('db', 'seed', 'users', ...production)).toContain('Added 0 users')
    expect(await project.query('SELECT password_hash FROM users')).toEqual([['old']])
  })

  test('need a yes, at a terminal too', async () => {
    const project = await migrated(table, ...production)
    configure(project, 'prod-users.json', [ada])
    const terminal = project.atTerminal('db', 'seed', 'users', '--env', 'production')
    await terminal.shows('add 1 user to')
    terminal.type('\r')
    expect((await terminal.finished).code).toBe(3)
    expect(await countOf(project)).toBe(0)
  })

  test('one whom the table refuses keeps all of them out', async () => {
    const project = await migrated(table, ...production)
    configure(project, 'prod-users.json', [ada, { email: 'm@example.com', name: 'Merlin', role: 'wizard' }])
    const { code, stderr, stdout } = await users(project, ...production)
    expect(code).toBe(4)
    expect(stderr).toContain('nobody was added')
    expect(stdout).toBe('')
    expect(await countOf(project)).toBe(0)
  })
})

describe('a list that cannot be used', () => {
  test('is told all of its faults at once, each with its place', async () => {
    const project = await migrated(table, ...production)
    configure(project, 'prod-users.json', [
      { ...ada, email: 'not an address' },
      { email: 'b@example.com', name: ' ', role: 'user' },
      { email: 'c@example.com', name: 'C' },
      { ...ada, email: 'd@example.com', password: 'x' },
    ])
    const { code, stderr } = await users(project, ...production)
    expect(code).toBe(2)
    expect(stderr).toContain('number 1, email: "not an address" is not an email address')
    expect(stderr).toContain('number 2, name: is empty')
    expect(stderr).toContain('number 3, role: is missing')
    expect(stderr).toMatch(/number 4: .*password/)
    expect(await countOf(project)).toBe(0)
  })

  test.each([
    ['no JSON', '[\n  {"email": oops}\n]', 'prod-users.json:2:'],
    ['half a file', '[{"email": "a@example.com",', 'is not JSON'],
    ['no list', { people: [] }, 'cannot be used'],
    ['the same twice', [ada, { ...ada, email: 'ADA@example.com' }], 'is also number 1'],
    ['nobody', [], 'no users are listed'],
  ])('%s', async (_, content, told) => {
    const project = await migrated(table, ...production)
    configure(project, 'prod-users.json', content)
    const { code, stderr } = await users(project, ...production)
    expect(code).toBe(2)
    expect(stderr).toContain(told)
  })

  test('a bad NSELF_PROD_USERS is told by its name', async () => {
    const project = await migrated(table, ...production)
    const env = { NSELF_PROD_USERS: 'ada@example.com:Ada:admin,nobody' }
    const { code, stderr } = await project.run(['db', 'seed', 'users', ...production], { env })
    expect(code).toBe(2)
    expect(stderr).toContain('NSELF_PROD_USERS cannot be used')
    expect(stderr).toContain('number 2, email')
  })
})

describe('the table', () => {
  test('and its columns come from the config, however they are named and typed', async () => {
    const project = await migrated(`CREATE EXTENSION pgcrypto;
      CREATE SCHEMA "My ""App"""; CREATE TYPE "My ""App"""."Role" AS ENUM ('user', 'chief');
      CREATE TABLE "My ""App"""."Us;ers" ("E-Mail" varchar(80), "select" "My ""App"""."Role", pw bytea)`)
    configure(project, 'seed-users.json', {
      schema: 'My "App"',
      table: 'Us;ers',
      columns: { email: 'E-Mail', name: null, role: 'select', password: null },
      testAccounts: [{ email: 'chief@example.test', name: 'Chief', role: 'chief' }],
    })
    await project.ok('db', 'seed', 'users', '--mock', '2')
    expect(await project.query('SELECT "select"::text, pw FROM "My ""App"""."Us;ers" ORDER BY 1')).toEqual([
      ['chief', null],
      ['user', null],
      ['user', null],
    ])
  })

  test.each([
    ['is missing', 'CREATE TABLE people ()', 'there is no table "users"'],
    ['has other columns', 'CREATE TABLE users (email text, name text)', 'no column "role", "password_hash"'],
    ['is without pgcrypto', table.replace('CREATE EXTENSION pgcrypto;', ''), 'CREATE EXTENSION pgcrypto'],
  ])('that %s is an error that says what to do', async (_, sql, told) => {
    const { code, stderr } = await users(await migrated(sql))
    expect(code).toBe(2)
    expect(stderr).toContain(told)
    expect(stderr).toContain('Next:')
  })
})
