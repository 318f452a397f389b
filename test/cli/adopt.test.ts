import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { adoptable } from '../helpers/adopt-project.ts'
import { type Project, useServer } from '../helpers/project.ts'
import { standsStill } from '../helpers/stands-still.ts'

const server = useServer()
const adopt = ['db', 'adopt'] as const

const projectWith = (files: Record<string, string>, sql: string) => adoptable(server, files, sql)
const written = ({ root }: Project) => readdirSync(join(root, 'nself', 'migrations')).sort()
const hasNothing = ({ root }: Project) => !readdirSync(root).includes('nself')

const users = 'create table users (id bigserial primary key, name text);'
const orders = 'create table orders (id int primary key, user_id bigint references users);'
const dbmate = {
  'db/migrations/20230101000000_users.sql': `-- migrate:up\r\n${users}\r\n-- migrate:down\r\ndrop table users;\r\n`,
  'db/migrations/20230102000000_index.sql':
    '\ufeff-- migrate:up transaction:false\ncreate index concurrently by_name on users (name);\n-- migrate:down\ndrop index by_name;\n',
  'db/migrations/20230103000000_orders.sql': `-- migrate:up\n${orders}\n-- migrate:down\ndrop table orders;\n`,
}
const versions = (...list: string[]) =>
  `create table schema_migrations (version varchar(128) primary key); insert into schema_migrations values ${list.map((one) => `('${one}')`).join()}`
const middle = `${users} create index by_name on users (name); ${versions('20230101000000', '20230102000000')}`

describe('files and a history of another tool', () => {
  test('are taken over in the middle of the history, proven, and run on', async () => {
    const project = await projectWith(dbmate, middle)
    const preview = await project.ok(...adopt, '--dry-run')
    expect(preview).toContain('proven: the 2 converted files make the schema that you have')
    expect(hasNothing(project)).toBe(true)
    await project.ok(...adopt)
    expect(written(project)).toEqual([
      '20230101000000_users.sql',
      '20230102000000_index.sql',
      '20230103000000_orders.sql',
    ])
    expect(await project.statuses()).toEqual([
      '20230101000000_users applied',
      '20230102000000_index applied',
      '20230103000000_orders pending',
    ])
    await project.ok('db', 'migrate', 'up')
    expect(await project.ok('db', 'migrate', 'status', '--drift')).toContain('No drift')
    expect(await project.query('SELECT count(*)::int FROM schema_migrations')).toEqual([[2]])
    await project.ok('db', 'migrate', 'down', '3')
    expect(await project.tables()).toEqual(['schema_migrations'])
  })

  test('are taken on by a second run where the other tool went on meanwhile', async () => {
    const project = await projectWith(dbmate, middle)
    await project.ok(...adopt)
    const file = join(project.root, 'nself/migrations/20230101000000_users.sql')
    const edited = `${readFileSync(file, 'utf8')}\n-- read by hand\n`
    writeFileSync(file, edited)
    await project.query(`${orders} insert into schema_migrations values ('20230103000000')`)
    const { result } = JSON.parse(await project.ok(...adopt, '--json'))
    expect(result).toMatchObject({ written: [], recorded: ['20230103000000_orders'], proof: { state: 'proven' } })
    expect(readFileSync(file, 'utf8')).toBe(edited)
    expect(await project.ok(...adopt)).toContain('Nothing to adopt')
  })

  test('that do not make the schema that is there are not taken over before a person says so', async () => {
    const project = await projectWith(dbmate, `${middle}; create table by_hand (id int); drop index by_name`)
    const refused = await project.nself(...adopt)
    expect(refused.code).toBe(6)
    expect(refused.stdout).toContain('+ Index: by_name (missing in the database)')
    expect(refused.stdout).toContain('- Table: by_hand (missing in the files)')
    expect(hasNothing(project)).toBe(true)
    const terminal = project.atTerminal(...adopt)
    await standsStill(project, terminal, 'despite the problems above?')
    terminal.type('y\r')
    expect((await terminal.finished).code).toBe(0)
    expect(written(project)).toHaveLength(3)
  })

  test('that fail on a new database are named', async () => {
    const broken = '-- migrate:up\nalter table nobody add x int;\n-- migrate:down\n'
    const project = await projectWith({ ...dbmate, 'db/migrations/20230104000000_broken.sql': broken }, middle)
    const { code, stdout } = await project.nself(...adopt)
    expect(code).toBe(4)
    expect(stdout).toContain('20230104000000_broken')
    expect(stdout).toContain('relation "nobody" does not exist')
    expect(hasNothing(project)).toBe(true)
  })

  test('are under the guard of the environment', async () => {
    const project = await projectWith(dbmate, middle)
    const production = [...adopt, '--env', 'production'] as const
    expect((await project.nself(...production)).code).toBe(3)
    expect(hasNothing(project)).toBe(true)
    await project.ok(...production, '--yes')
    expect(written(project)).toHaveLength(3)
  })
})

test('an extension that somebody made by hand is made by a file of its own before the first', async () => {
  const files = {
    'm/0001_users.sql': '-- +goose Up\nCREATE TABLE users (name citext);\n-- +goose Down\nDROP TABLE users;\n',
    'm/0002_orders.sql': '-- +goose Up\nCREATE TABLE orders (code citext);\n-- +goose Down\nDROP TABLE orders;\n',
  }
  const table = `CREATE TABLE goose_db_version (id serial, version_id bigint NOT NULL, is_applied bool NOT NULL, tstamp timestamp DEFAULT now());
 INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true)`
  const project = await projectWith(files, `CREATE EXTENSION citext; CREATE TABLE users (name citext); ${table}`)
  expect(await project.ok(...adopt, '--dry-run')).toContain('the database has citext, and no file creates it')
  await project.ok(...adopt)
  expect(await project.statuses()).toEqual(['0000_extensions applied', '0001_users applied', '0002_orders pending'])
  await project.ok('db', 'migrate', 'up')
  expect(await project.ok('db', 'migrate', 'status', '--drift')).toContain('No drift')
  expect(await project.ok(...adopt)).toContain('Nothing to adopt')
})

test('files of the shell script that had this name are put beside what they become', async () => {
  const files = {
    'nself/migrations/20250101000000_users.sql': `-- Migration: users\n\n${users}\n`,
    'nself/migrations/20250101000000_users_down.sql': '-- Rollback: users\n\ndrop table users;\n',
  }
  const table =
    'create table schema_migrations (version varchar(255) primary key, applied_at timestamptz default now())'
  const row = "insert into schema_migrations values ('20250101000000', '2025-01-02 03:04:05+00')"
  const project = await projectWith(files, `${users} ${table}; ${row}`)
  await project.ok(...adopt)
  expect(written(project)).toEqual(['20250101000000_users.sql'])
  expect(readdirSync(join(project.root, 'nself/migrations_bash'))).toHaveLength(2)
  expect(await project.query("SELECT applied_at = '2025-01-02 03:04:05+00' FROM nself.migrations")).toEqual([[true]])
  expect(await project.ok(...adopt)).toContain('Nothing to adopt')
  await project.ok('db', 'migrate', 'down')
  expect(await project.tables()).toEqual(['schema_migrations'])
})

test('missing DOWNs are written, each proven, also into files of an earlier run, and what cannot be is said', async () => {
  const files = {
    'prisma/migrations/20250101000000_users/migration.sql': users,
    'prisma/migrations/20250102000000_rows/migration.sql': "insert into users (name) values ('ann');",
    'prisma/migrations/20250103000000_orders/migration.sql': `${orders} alter table users drop column name;`,
  }
  const table =
    'create table _prisma_migrations (id text, checksum text, finished_at timestamptz, migration_name text, logs text, rolled_back_at timestamptz, started_at timestamptz, applied_steps_count int)'
  const rows = ['20250101000000_users', '20250102000000_rows'].map((name) => `('${name}', now(), now())`).join()
  const sql = `${users} ${table}; insert into _prisma_migrations (migration_name, started_at, finished_at) values ${rows}`
  const project = await projectWith(files, sql)
  await project.ok(...adopt)
  const { result } = JSON.parse(await project.ok(...adopt, '--write-downs', '--json'))
  expect(result.downs).toMatchObject({
    written: [
      { name: '20250101000000_users', lost: [] },
      { name: '20250103000000_orders', lost: ['The column users.name comes back, its values do not.'] },
    ],
    left: [{ name: '20250102000000_rows' }],
  })
  expect(result.written).toEqual([
    'nself/migrations/20250101000000_users.sql',
    'nself/migrations/20250103000000_orders.sql',
  ])
  const text = readFileSync(join(project.root, 'nself/migrations/20250101000000_users.sql'), 'utf8')
  expect(text).toContain('\n-- DOWN\n\n-- Generated from the two schemas and proven;')
  const again = await project.ok(...adopt, '--write-downs')
  expect(again).toContain('no DOWN for 20250102000000_rows: 20250102000000_rows does not change the schema')
  expect(again).toContain('Nothing to adopt')
})

test('a database that no tool has made becomes a baseline, proven and recorded', async () => {
  const project = await projectWith(
    {},
    `${users} create view names as select name from users; insert into users values (1, 'a')`,
  )
  const preview = JSON.parse(await project.ok(...adopt, '--dry-run', '--json')).result
  expect(preview).toMatchObject({ tool: null, proof: { state: 'proven' }, written: [] })
  await project.ok(...adopt)
  expect(await project.statuses()).toEqual(['001_baseline applied'])
  expect(await project.ok('db', 'migrate', 'status', '--drift')).toContain('No drift')
  expect((await project.nself(...adopt)).stderr).toContain('has a history of nself already')
})

test('a baseline that is asked for leaves out what the other tool keeps for itself', async () => {
  const project = await projectWith(
    {},
    `${users} create table pgmigrations (id serial primary key, name text, run_on timestamp)`,
  )
  const fromFiles = await project.nself(...adopt, 'baseline', '--from', 'db')
  expect(fromFiles.stderr).toMatch(/a baseline is made of the database alone\s+Next: nself db adopt baseline/)
  await project.ok(...adopt, 'baseline')
  const text = readFileSync(join(project.root, 'nself/migrations/001_baseline.sql'), 'utf8')
  expect(text).toContain('CREATE TABLE public.users')
  expect(text).not.toContain('pgmigrations')
  expect(await project.ok('db', 'migrate', 'status', '--drift')).toContain('No drift')
})

test('files that cannot be recorded are not left behind', async () => {
  const project = await projectWith(
    dbmate,
    `${middle}; CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT SELECT ON schema_migrations TO reader`,
  )
  const url = new URL(project.url)
  Object.assign(url, { username: 'reader', password: 'reader' })
  const { code, stderr } = await project.run(adopt, { env: { DATABASE_URL: url.href } })
  expect(code, stderr).toBe(4)
  expect(stderr).toContain('permission denied')
  expect(written(project)).toEqual([])
})

test('what is applied is found by replaying where no table tells it, and a named table counts', async () => {
  const sql = `${users} create index by_name on users (name)`
  const project = await projectWith(dbmate, sql)
  const { result } = JSON.parse(await project.ok(...adopt, '--dry-run', '--json'))
  expect(result.files.map((file: { applied: boolean }) => file.applied)).toEqual([true, true, false])
  await project.query(
    "create table done (version text); insert into done values ('20230101000000'), ('20230102000000')",
  )
  const named = await project.ok(...adopt, 'dbmate', '--table', 'done', '--from', 'db/migrations', '--dry-run')
  expect(named).toContain('2 applied by public.done')
  expect(named).toContain('nself db adopt dbmate --from db/migrations --table done')
})

describe('what was here cannot be told', () => {
  test('where there are no files', async () => {
    const project = await projectWith({}, versions('1'))
    const { code, stderr } = await project.nself(...adopt)
    expect(code).toBe(2)
    expect(stderr).toContain('public.schema_migrations')
    expect(stderr).toContain('nself db adopt dbmate --from FOLDER')
  })

  test('where the tool or its folder is unknown', async () => {
    const project = await projectWith(dbmate, middle)
    expect((await project.nself(...adopt, 'nowhere')).stderr).toContain('Next: nself db adopt baseline')
    expect((await project.nself(...adopt, '--from', 'nowhere')).stderr).toContain('there is no such folder')
  })
})
