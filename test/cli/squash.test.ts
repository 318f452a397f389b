import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()

const files = {
  '001_users.sql': `-- UP
CREATE TABLE users (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE,
  shout text GENERATED ALWAYS AS (upper(email)) STORED, boss bigint REFERENCES users, extra int
);
COMMENT ON TABLE users IS 'people';
-- DOWN
DROP TABLE users;`,
  '002_orders.sql': `-- UP
CREATE SCHEMA shop;
CREATE TABLE shop.teams (id int PRIMARY KEY, lead int);
CREATE TABLE shop.people (id int PRIMARY KEY, team int REFERENCES shop.teams);
ALTER TABLE shop.teams ADD FOREIGN KEY (lead) REFERENCES shop.people;
CREATE TABLE shop.orders (id serial PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, note text, tags text[]);
CREATE FUNCTION shop.mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.note := new.note || '!'; RETURN new; END $$;
CREATE TRIGGER mark BEFORE INSERT ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.mark();
-- DOWN
DROP SCHEMA shop CASCADE;`,
  '003_rows.sql': `-- UP
INSERT INTO users (email, boss) VALUES ('a@x', 2), ('it''s \\ back', NULL), (E'-- DOWN\\n-- UP\\n', 1);
INSERT INTO shop.orders (user_id, note, tags) SELECT 1, 'n' || g, ARRAY['x y', NULL] FROM generate_series(1, 4) g;
DELETE FROM shop.orders WHERE id = 4;
INSERT INTO shop.teams VALUES (1); INSERT INTO shop.people VALUES (1, 1); UPDATE shop.teams SET lead = 1;
-- DOWN
TRUNCATE users, shop.orders, shop.teams, shop.people;`,
  '004_drop.sql': `-- UP
ALTER TABLE users DROP COLUMN extra;
CREATE MATERIALIZED VIEW shop.counts AS SELECT user_id, count(*) FROM shop.orders GROUP BY 1;
GRANT SELECT ON users TO PUBLIC;
-- DOWN
DROP MATERIALIZED VIEW shop.counts; ALTER TABLE users ADD COLUMN extra int;`,
  '005_later.sql': `-- depends_on: 003_rows
-- UP
ALTER TABLE users ADD COLUMN phone text;
-- DOWN
ALTER TABLE users DROP COLUMN phone;`,
}

const rowsOf = (project: Project) =>
  project.query(`SELECT 'users', to_jsonb(u)::text FROM users u UNION ALL SELECT 'orders', to_jsonb(o)::text FROM shop.orders o
    UNION ALL SELECT 'counts', to_jsonb(c)::text FROM shop.counts c
    UNION ALL SELECT 'sequence', last_value || ' ' || is_called FROM shop.orders_id_seq
    UNION ALL SELECT 'identity', last_value || ' ' || is_called FROM users_id_seq ORDER BY 1, 2`)
const history = (project: Project) => project.query('SELECT name FROM nself.migrations ORDER BY position')

test('the old files stay until --remove, which wants them recorded here and kept by git', async () => {
  const project = await server.project(files)
  const folder = join(project.root, 'nself/squashed/004_squashed')
  const remove = ['db', 'migrate', 'squash', '--to', '4', '--remove']
  const early = await project.nself(...remove)
  expect([early.code, early.stderr]).toEqual([2, expect.stringContaining('nself db migrate squash --to 4')])
  await project.ok('db', 'migrate', 'squash', '--to', '4')
  const unrecorded = await project.nself(...remove)
  expect([unrecorded.code, unrecorded.stderr]).toEqual([3, expect.stringContaining('004_squashed is not recorded in')])
  await project.ok('db', 'migrate', 'up')
  const unkept = await project.nself(...remove)
  expect([unkept.code, unkept.stderr]).toEqual([3, expect.stringContaining('there is no git repository here')])
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@x', ...args], { cwd: project.root })
  git('init', '-q')
  const uncommitted = await project.nself(...remove)
  expect([uncommitted.code, uncommitted.stderr]).toEqual([3, expect.stringContaining('git does not have all of it')])
  expect(readdirSync(folder)).toHaveLength(4)
  git('add', 'nself')
  git('commit', '-qm', 'Squash')
  expect(await project.ok(...remove)).toContain('Removed nself/squashed/004_squashed, with 4 old files')
  expect(existsSync(folder)).toBe(false)
  expect((await project.nself(...remove)).stderr).toContain('does not exist; nothing was removed')
  expect(await project.ok('db', 'migrate', 'status')).toContain('stands for 4 migrations')
})

/** Another project with the files of this one, and a database of its own. */
async function checkoutOf(project: Project): Promise<Project> {
  const made = await server.project({})
  for (const folder of ['migrations', 'squashed/004_squashed']) {
    const from = join(project.root, 'nself', folder)
    if (!existsSync(from)) continue
    mkdirSync(join(made.root, 'nself', folder), { recursive: true })
    for (const name of readdirSync(from))
      writeFileSync(join(made.root, 'nself', folder, name), readFileSync(join(from, name)))
  }
  return made
}

describe('a squash up to 004', () => {
  let complete: Project
  let before: unknown[][]

  beforeAll(async () => {
    complete = await server.project(files)
    await complete.up()
    before = await rowsOf(complete)
    const told = await complete.ok('db', 'migrate', 'squash', '--to', '4')
    expect(told).toContain('Wrote nself/migrations/004_squashed.sql in place of 4 migrations (001_users to 004_drop)')
    expect(told).toContain('Its DOWN drops all of it, and is proven')
  })

  test('keeps the old files aside, as they were', () => {
    expect(readdirSync(join(complete.root, 'nself/migrations'))).toEqual(['004_squashed.sql', '005_later.sql'])
    const kept = join(complete.root, 'nself/squashed/004_squashed')
    expect(readdirSync(kept)).toEqual(Object.keys(files).slice(0, 4))
    expect(readFileSync(join(kept, '003_rows.sql'), 'utf8')).toBe(files['003_rows.sql'])
  })

  test('counts as applied in a database that has all of it, and up records it without running it', async () => {
    expect(await complete.ok('db', 'migrate', 'status')).toMatch(/squashed +Applied .*stands for 4 migrations/)
    expect((await complete.nself('db', 'migrate', 'status', '--check')).code).toBe(0)
    const up = await complete.nself('db', 'migrate', 'up')
    expect(up.stderr).toContain(
      '004_squashed is recorded for the 4 migrations (001_users to 004_drop) that it stands for',
    )
    expect(await history(complete)).toEqual([['004_squashed'], ['005_later']])
    expect(await rowsOf(complete)).toEqual(before)
    expect((await complete.nself('db', 'migrate', 'up')).stderr).not.toContain('recorded')
    expect(await complete.ok('db', 'migrate', 'status', '--drift')).toContain('No drift')
    expect(await complete.ok('db', 'migrate', 'repair')).toContain('Nothing to repair')
  })

  test('makes the same schema, rows and sequences on a new database, and its DOWN drops them', async () => {
    const fresh = await checkoutOf(complete)
    await fresh.ok('db', 'migrate', 'up')
    expect(await rowsOf(fresh)).toEqual(before)
    expect(await fresh.query('SELECT note FROM shop.orders ORDER BY id LIMIT 1')).toEqual([['n1!']])
    expect(await fresh.query("SELECT tgenabled FROM pg_trigger WHERE tgname = 'mark'")).toEqual([['O']])
    await fresh.ok('db', 'migrate', 'down', '--to', '0')
    expect(await fresh.tables()).toEqual([])
  })

  test('says what to do in a database that has some of it, and that command does it', async () => {
    const middle = await checkoutOf(complete)
    const old = { env: { NSELF_MIGRATIONS_DIR: 'nself/squashed/004_squashed' } }
    expect((await middle.run(['db', 'migrate', 'up', '2'], old)).code).toBe(0)
    for (const command of ['up', 'sync']) {
      const refused = await middle.nself('db', 'migrate', command)
      expect(refused.code).toBe(3)
      expect(refused.stderr).toContain('of which this database has 2: 003_rows to 004_drop are missing')
      expect(refused.stderr).toContain('NSELF_MIGRATIONS_DIR=nself/squashed/004_squashed nself db migrate up')
    }
    expect(await middle.ok('db', 'migrate', 'status')).toMatch(/orders +Applied .*part of 004_squashed/)
    expect(await middle.ok('db', 'migrate', 'repair')).toContain('Nothing to repair')
    expect((await middle.run(['db', 'migrate', 'up'], old)).code).toBe(0)
    await middle.ok('db', 'migrate', 'up')
    expect(await history(middle)).toEqual([['004_squashed'], ['005_later']])
  })

  test('gives a checkout from before it its rows back', async () => {
    const old = await checkoutOf(complete)
    const env = { env: { NSELF_MIGRATIONS_DIR: 'nself/squashed/004_squashed' } }
    expect((await old.run(['db', 'migrate', 'up'], env)).code).toBe(0)
    const up = await old.nself('db', 'migrate', 'up', '--to', '4')
    expect(up.stderr).toContain('004_squashed is recorded')
    expect((await old.run(['db', 'migrate', 'sync'], env)).stdout).toContain('Nothing to do')
    expect((await old.run(['db', 'migrate', 'down'], env)).code).toBe(0)
    expect(await history(old)).toEqual([['001_users'], ['002_orders'], ['003_rows']])
    expect((await old.run(['db', 'migrate', 'up'], env)).code).toBe(0)
    await old.ok('db', 'migrate', 'up')
    expect(
      await old.query("SELECT action, count(*)::int FROM nself.journal WHERE action ~ 'squash' GROUP BY 1 ORDER BY 1"),
    ).toEqual([
      ['squash', 2],
      ['squash-part', 4],
      ['squashed', 8],
      ['unsquash', 1],
    ])
    expect(await old.ok('db', 'migrate', 'repair')).toContain('Nothing to repair')
  })

  test('is finished by the same command where it was interrupted before the old files were gone', async () => {
    const cut = await checkoutOf(complete)
    cut.write({ '003_rows.sql': files['003_rows.sql'] })
    const stopped = await cut.nself('db', 'migrate', 'up')
    expect(stopped.stderr).toContain('004_squashed stands for 003_rows, and its file is here as well')
    expect(await cut.ok('db', 'migrate', 'squash', '--to', '4')).toContain('in place of 4 migrations')
    await cut.ok('db', 'migrate', 'up')
    cut.write({ '003_rows.sql': 'SELECT 1;' })
    const other = await cut.nself('db', 'migrate', 'squash', '--to', '4')
    expect(other.stderr).toContain('003_rows.sql is not as it was when it was squashed')
    expect(existsSync(join(cut.root, 'nself/migrations/003_rows.sql'))).toBe(true)
  })
})

describe('nothing is written where', () => {
  test('the schema is printed only', async () => {
    const project = await server.project(files)
    const sql = await project.ok('db', 'migrate', 'squash', '--to', '004', '--name', 'the start', '--dry-run')
    expect(sql).toContain('-- Migration: 004_the_start')
    expect(sql).toMatch(/-- replaces: 001_users@[0-9a-f]{12}, 002_orders@/)
    expect(readdirSync(join(project.root, 'nself'))).toEqual(['migrations'])
    expect(readdirSync(join(project.root, 'nself/migrations'))).toEqual(Object.keys(files))
  })

  test('an extension keeps rows that it would not make, unless that is accepted; and roles are carried over', async () => {
    const project = await server.project({
      '001_jobs.sql': `-- UP
CREATE ROLE squash_reader;
CREATE EXTENSION citext;
CREATE TABLE jobs (id int);
INSERT INTO jobs VALUES (1);`,
      '002_own.sql':
        '-- UP\nALTER EXTENSION citext ADD TABLE jobs;\nCREATE TABLE t (id int);\nGRANT SELECT ON t TO squash_reader;',
    })
    const refused = await project.nself('db', 'migrate', 'squash', '--to', '2')
    expect(refused.code, refused.stderr).toBe(6)
    expect(refused.stderr).toContain('rows that an extension keeps in public.jobs')
    expect(readdirSync(join(project.root, 'nself/migrations'))).toEqual(['001_jobs.sql', '002_own.sql'])
    const told = await project.ok('db', 'migrate', 'squash', '--to', '2', '--force')
    expect(told).toContain('not in the file: rows that an extension keeps in public.jobs')
    expect(told).toContain('CREATE ROLE (001_jobs) reaches beyond the database')
    const text = readFileSync(join(project.root, 'nself/migrations/002_squashed.sql'), 'utf8')
    expect(text.indexOf('CREATE ROLE squash_reader;')).toBeLessThan(text.indexOf('CREATE TABLE'))
    await project.ok('db', 'migrate', 'up')
  })
})

test('a list of values that a varchar is compared with reads as it did', async () => {
  const project = await server.project({
    '001_a.sql': "-- UP\nCREATE TABLE a (mode varchar(9) CHECK (mode IN ('open', 'shut')));\n-- DOWN\nDROP TABLE a;",
    '002_b.sql': "-- UP\nCREATE VIEW b AS SELECT FROM a WHERE mode IN ('open', 'x');\n-- DOWN\nDROP VIEW b;",
  })
  await project.up()
  expect(await project.ok('db', 'migrate', 'squash', '--to', '2')).toContain('proven to make the same schema and rows')
})

test.each([
  ['a superuser', 'SUPERUSER'],
  ['an owner whom its own policies bind', 'CREATEDB'],
])('rows of a table with FORCE ROW LEVEL SECURITY are kept, run by %s', async (_, right) => {
  const project = await server.project({
    '001_tenants.sql': `-- UP
CREATE TABLE tenants (id int PRIMARY KEY, name text);
INSERT INTO tenants VALUES (1, 'one'), (2, 'two');
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON tenants USING (id = nullif(current_setting('app.tenant', true), '')::int);
-- DOWN
DROP TABLE tenants;`,
    '002_more.sql': '-- UP\nALTER TABLE tenants ADD note text;\n-- DOWN\nALTER TABLE tenants DROP note;',
  })
  const role = `squasher_${right.toLowerCase()}`
  const database = new URL(project.url).pathname.slice(1)
  await project.query(`CREATE ROLE ${role} LOGIN ${right} PASSWORD 's'; ALTER DATABASE ${database} OWNER TO ${role}`)
  const url = project.url.replace(/\/\/[^@]*@/, `//${role}:s@`)
  const run = (...args: string[]) => project.run(args, { env: { DATABASE_URL: url } })
  expect((await run('db', 'migrate', 'squash', '--to', '2')).code).toBe(0)
  expect((await run('db', 'migrate', 'up')).code).toBe(0)
  expect(await project.query('SELECT id, name FROM tenants ORDER BY id')).toEqual([
    [1, 'one'],
    [2, 'two'],
  ])
  expect(await project.query("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'tenants'")).toEqual([[true]])
})

test('rules on INSERT do not run for the rows of a squash, and a view without data stays without', async () => {
  const project = await server.project({
    '001_a.sql': `-- UP
CREATE TABLE a (id int);
CREATE TABLE log (what text);
CREATE RULE also AS ON INSERT TO a DO ALSO INSERT INTO log VALUES ('rule');
INSERT INTO a VALUES (1);
CREATE MATERIALIZED VIEW filled AS SELECT count(*)::int AS rows FROM a;
CREATE MATERIALIZED VIEW unfilled AS SELECT * FROM filled WITH NO DATA;
-- DOWN
DROP TABLE a, log CASCADE;`,
    '002_b.sql': '-- UP\nCREATE TABLE b (id int);\n-- DOWN\nDROP TABLE b;',
  })
  await project.ok('db', 'migrate', 'squash', '--to', '2')
  await project.ok('db', 'migrate', 'up')
  expect(await project.query('SELECT (SELECT count(*)::int FROM log), rows FROM filled')).toEqual([[1, 1]])
  expect(await project.query("SELECT relispopulated FROM pg_class WHERE relname = 'unfilled'")).toEqual([[false]])
  await project.query('INSERT INTO a VALUES (2)')
  expect(await project.query('SELECT count(*)::int FROM log')).toEqual([[2]])
})

test('a database in which a part of a squash stopped is told to finish that one, and nothing else', async () => {
  const project = await server.project({
    '001_a.sql': '-- UP\nCREATE TABLE a (id int);\n-- DOWN\nDROP TABLE a;',
    '002_b.sql':
      '-- nself: no-transaction\n-- UP\nCREATE TABLE b (id int);\nCREATE INDEX CONCURRENTLY taken ON b (id);\n-- DOWN\nDROP TABLE b;',
  })
  await project.ok('db', 'migrate', 'up', '1')
  await project.query('CREATE TABLE taken ()')
  expect((await project.nself('db', 'migrate', 'up')).code).toBe(4)
  await project.ok('db', 'migrate', 'squash', '--to', '2')
  const { stdout, stderr } = await project.nself('db', 'migrate', 'status')
  expect(stderr).toContain('002_squashed stands for 002_b, which is only partially applied here: finish it')
  expect(stderr.match(/Warning/g)).toHaveLength(1)
  expect(stdout).toMatch(/b +Failed +- +part of 002_squashed · relation "taken" already exists/)
  expect(stdout).not.toContain('Next')
})
