import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { check as runCheck } from '../../src/commands/db/check.ts'
import { startEmbedded, stopEmbedded } from '../../src/postgres/embedded/embedded.ts'
import { folderOf } from '../../src/postgres/embedded/folder.ts'
import { contextIn } from '../helpers/context.ts'
import { startOwnServer } from '../helpers/own-server.ts'
import { type Project, useServerFrom } from '../helpers/project.ts'

/** A server that counts statements. */
const server = useServerFrom(async (folder) => {
  const started = await startOwnServer(folder)
  const home = join(folder, '.nself')
  await stopEmbedded(home)
  appendFileSync(join(folderOf(home).data, 'postgresql.conf'), "shared_preload_libraries = 'pg_stat_statements'\n")
  const { url } = await startEmbedded({ home })
  return { ...started, url }
})

const both = (up: string, down: string) => `-- UP\n${up}\n-- DOWN\n${down}\n`
const base = both(
  `CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE, phone text, age int);
CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, total numeric, state text);
INSERT INTO users (id, email) VALUES (1, 'a@x');`,
  'DROP TABLE orders; DROP TABLE users;',
)
const recorded = (project: Project, release: string) =>
  readFileSync(join(project.root, 'nself', 'queries', `${release}.sql`), 'utf8')
/** A recording of what comes after 001. */
function record(project: Project, queries: readonly string[], facts = '-- after: 001_base\n') {
  mkdirSync(join(project.root, 'nself', 'queries'), { recursive: true })
  const blocks = queries.map((query, i) => `-- calls: ${(queries.length - i) * 1000}\n${query};\n`)
  writeFileSync(join(project.root, 'nself', 'queries', 'v1.sql'), `-- counted: a day\n${facts}\n${blocks.join('\n')}`)
}

test('records what an application asks, without values, and without what nself and migrations ask', async () => {
  const project = await server.project({ '001_base.sql': base })
  const lacking = await project.nself('db', 'queries', 'record')
  expect(lacking).toMatchObject({ code: 2 })
  expect(lacking.stderr).toContain('CREATE EXTENSION pg_stat_statements')
  await project.query('CREATE EXTENSION pg_stat_statements')
  await project.ok('up')
  await project.query(`SELECT pg_stat_statements_reset()`)
  for (const sql of [
    "SELECT phone FROM users WHERE email = 'secret' -- token",
    "SELECT phone FROM users WHERE email = 'other'",
    'INSERT INTO orders (total) SELECT 5 FROM users WHERE age IN (1, 2, 3)',
    "INSERT INTO users (id, email) VALUES (2, 'b@x')",
    "SET application_name = 'secret'",
    "SELECT relname FROM pg_class WHERE relname = 'secret'",
  ]) {
    await project.query(sql)
  }
  const result = JSON.parse(await project.ok('db', 'queries', 'record', '--release', 'v1.41', '--json')).result
  expect(result).toMatchObject({
    kind: 'queries-record',
    path: 'nself/queries/v1.41.sql',
    queries: 2,
    mostCalled: { text: 'SELECT phone FROM users WHERE email = $1', calls: 2 },
    after: '001_base',
    leftOut: { unreadable: 0, hidden: 0 },
  })
  const text = recorded(project, 'v1.41')
  expect(text).not.toMatch(/secret|token|nself\.|b@x/)
  expect(text).toContain('-- calls: 2\nSELECT phone FROM users WHERE email = $1;\n\n-- calls: 1\nINSERT INTO orders')
  // A role that may see the statistics and nothing else is enough.
  await project.query('CREATE ROLE watcher LOGIN; GRANT pg_read_all_stats TO watcher')
  const on = Object.assign(new URL(project.url), { username: 'watcher' }).href
  const watched = await project.nself('db', 'queries', 'record', '--on', on)
  expect(watched).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('which migration was applied last is not recorded'),
  })
  expect(recorded(project, 'local')).toContain('SELECT phone FROM users WHERE email = $1;')
  expect(recorded(project, 'local')).not.toContain('-- after')
  const refused = await project.nself('db', 'queries', 'record', '--release', '../x')
  expect(refused).toMatchObject({ code: 2 })
})

test('records the queries of a log, as of the last migration of the checkout', async () => {
  const project = await server.project({ '001_base.sql': base })
  const line = (text: string) => `2026-01-20 10:30:00.123 UTC [12] LOG:  statement: ${text}\n`
  writeFileSync(join(project.root, 'pg.log'), `${line("SELECT age FROM users WHERE email = 'x'")}${line('BEGIN')}`)
  expect(await project.ok('db', 'queries', 'record', '--from-log', 'pg.log')).toContain(
    'Recorded 1 query in nself/queries/tests.sql, from a log of the server',
  )
  expect(recorded(project, 'tests')).toContain(
    '-- after: 001_base\n\n-- calls: 1\nSELECT age FROM users WHERE email = $1;',
  )
  writeFileSync(join(project.root, 'empty.log'), 'nothing\n')
  for (const file of ['empty.log', 'gone.log', 'nself'])
    expect(await project.nself('db', 'queries', 'record', '--from-log', file)).toMatchObject({ code: 2 })
})

const options = {
  failOn: 'error',
  format: 'human',
  report: null,
  scope: { kind: 'pending' },
  on: null,
  base: null,
} as const

async function check(project: Project, more: Partial<Parameters<typeof runCheck>[1]> = {}) {
  const result = await runCheck(contextIn(project), { ...options, parts: ['queries'], ...more })
  const lines = result.findings.map(
    ({ migration, place, severity, rule, message, evidence }) =>
      `${migration}:${place.line} ${severity} ${rule} | ${message} | ${evidence.join(' ; ')}`,
  )
  return { result, lines }
}

const queries = [
  'SELECT phone FROM users WHERE id = $1',
  'SELECT * FROM users',
  'INSERT INTO users (id, email) VALUES ($1, $2) ON CONFLICT (email) DO NOTHING',
  'INSERT INTO orders (total) VALUES ($1) RETURNING id',
  'SELECT total FROM orders WHERE state = $1',
  'SELECT age FROM users, generate_series($1, $2) WHERE $3 IS NULL',
  'SELECT gone FROM users',
]

test('tells what each migration does to the queries of the running release', async () => {
  const project = await server.project({ '001_base.sql': base })
  await project.up()
  record(project, queries)
  project.write({
    '002_phone.sql': both('ALTER TABLE users DROP COLUMN phone;', 'ALTER TABLE users ADD COLUMN phone text;'),
    '003_index.sql': both(
      'ALTER TABLE users DROP CONSTRAINT users_email_key;',
      'ALTER TABLE users ADD UNIQUE (email);',
    ),
    '004_tenant.sql': both('ALTER TABLE orders ADD tenant int NOT NULL;', 'ALTER TABLE orders DROP tenant;'),
    '005_rename.sql': both('ALTER TABLE orders RENAME TO purchases;', 'ALTER TABLE purchases RENAME TO orders;'),
    '006_view.sql': both('CREATE VIEW orders AS SELECT id, total, state FROM purchases;', 'DROP VIEW orders;'),
    '007_type.sql': both(
      'ALTER TABLE users ALTER COLUMN age TYPE bigint;',
      'ALTER TABLE users ALTER COLUMN age TYPE int; ALTER TABLE users RENAME age TO years;',
    ),
    '008_data.sql': both('UPDATE users SET age = 1;', '-- nself: nothing-to-do'),
    '009_contract.sql': `-- nself: phase contract\n${both('DROP VIEW orders;', 'CREATE VIEW orders AS SELECT id, total, state FROM purchases;')}`,
  })
  const { lines, result } = await check(project)
  expect(result.exitStatus).toBe(6)
  expect(lines).toEqual([
    '002_phone:2 error queries/breaks | UP breaks 1 query of v1 (called 7,000 times a day) | SELECT phone FROM users WHERE id = $1: column "phone" does not exist',
    '002_phone:2 warning queries/result-changes | after UP 1 query of v1 (called 6,000 times a day) returns other columns | SELECT * FROM users: the column phone is gone',
    '003_index:2 error queries/breaks | UP breaks 1 query of v1 (called 5,000 times a day) | INSERT INTO users (id, email) VALUES ($1, $2) ON CONFLICT (email) DO NOTHING: there is no unique or exclusion constraint matching the ON CONFLICT specification',
    '004_tenant:2 error queries/insert-leaves-out | after UP 1 query of v1 (called 4,000 times a day) gives no value to a column that must have one | INSERT INTO orders (total) VALUES ($1) RETURNING id: no value for orders.tenant',
    '005_rename:2 warning queries/breaks-between | UP breaks 2 queries of v1 (most called 4,000 times a day), between 005_rename and 006_view | INSERT INTO orders (total) VALUES ($1) RETURNING id: relation "orders" does not exist ; SELECT total FROM orders WHERE state = $1: relation "orders" does not exist',
    '007_type:2 warning queries/result-changes | after UP 2 queries of v1 (most called 6,000 times a day) return other columns | SELECT * FROM users: age was integer, is bigint ; SELECT age FROM users, generate_series($1, $2) WHERE $3 IS NULL: age was integer, is bigint',
    '007_type:4 warning queries/result-changes | after DOWN 1 query of v1 (called 6,000 times a day) returns other columns | SELECT * FROM users: the column age is gone',
    '007_type:4 error queries/breaks | DOWN breaks 1 query of v1 (called 2,000 times a day) | SELECT age FROM users, generate_series($1, $2) WHERE $3 IS NULL: column "age" does not exist',
    '009_contract:3 note queries/contract-breaks | UP breaks 2 queries of v1 (most called 4,000 times a day) | INSERT INTO orders (total) VALUES ($1) RETURNING id: relation "orders" does not exist ; SELECT total FROM orders WHERE state = $1: relation "orders" does not exist',
    '002_phone:2 note queries/not-counted | 1 of 7 queries of v1 cannot be prepared before this migration, and is not counted | SELECT gone FROM users: column "gone" does not exist',
  ])
  // The same beside the proofs, and where all of it was proven before.
  for (let i = 0; i < 2; i++) {
    const again = await check(project, { parts: ['proof', 'rows', 'queries'] })
    expect(again.lines.filter((line) => line.includes('queries/'))).toEqual(
      lines.filter((line) => !line.startsWith('006')),
    )
  }
})

test('finds nothing where a view keeps the old name, a default fills the column, and a view that runs again fits', async () => {
  const project = await server.project({ '001_base.sql': base })
  await project.up()
  mkdirSync(join(project.root, 'nself', 'repeatable'))
  writeFileSync(join(project.root, 'nself', 'repeatable', 'a.sql'), 'CREATE OR REPLACE VIEW a AS SELECT email FROM b;')
  writeFileSync(
    join(project.root, 'nself', 'repeatable', 'b.sql'),
    'CREATE OR REPLACE VIEW b AS SELECT email FROM users;',
  )
  record(project, [
    ...queries.slice(0, -1),
    'SELECT email FROM a',
    // As literals these had a type, or were the same.
    'SELECT age + $1, date_trunc($2, now()), count(*) FROM users GROUP BY age + $3 ORDER BY age + $4 DESC',
    'SELECT concat($1, email, $2), jsonb_build_object($3, id, $4, $5) FROM users',
    'WITH RECURSIVE n AS (SELECT id, $1 AS level FROM users UNION ALL SELECT id, level + $2 FROM n) SELECT * FROM n',
  ])
  project.write({
    '002_more.sql': both(
      `ALTER TABLE orders RENAME TO purchases; CREATE VIEW orders AS SELECT * FROM purchases;
       ALTER TABLE purchases ADD tenant int NOT NULL DEFAULT 1, ADD note text;
       ALTER TABLE users ADD name text; CREATE UNIQUE INDEX other ON users (email);
       ALTER TABLE users DROP CONSTRAINT users_email_key;`,
      `ALTER TABLE users ADD UNIQUE (email); DROP INDEX other; ALTER TABLE users DROP name;
       DROP VIEW orders; ALTER TABLE purchases DROP tenant, DROP note; ALTER TABLE purchases RENAME TO orders;`,
    ),
  })
  expect((await check(project)).lines).toEqual([])
})

test('sees NOT NULL that comes later, through a view too, and is milder where a trigger may fill it in', async () => {
  const project = await server.project({
    '001_base.sql': both(
      `CREATE TABLE t (a int, b int); CREATE TABLE u (a int, b int); CREATE VIEW v AS SELECT a FROM u;
       CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.b = 1; RETURN NEW; END';
       CREATE TRIGGER fill BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();`,
      'DROP TABLE t; DROP VIEW v; DROP TABLE u; DROP FUNCTION f();',
    ),
  })
  await project.up()
  record(
    project,
    ['INSERT INTO app.t VALUES ($1)', 'INSERT INTO v VALUES ($1)'].map((sql) => sql.replace('app.', '')),
  )
  project.write({
    '002_t.sql': both('ALTER TABLE t ALTER b SET NOT NULL;', 'ALTER TABLE t ALTER b DROP NOT NULL;'),
    '003_u.sql': both('ALTER TABLE u ALTER b SET NOT NULL;', 'ALTER TABLE u ALTER b DROP NOT NULL;'),
  })
  const { lines } = await check(project)
  expect(lines.map((line) => line.split(' | ')[0])).toEqual([
    '002_t:2 warning queries/insert-leaves-out',
    '003_u:2 error queries/insert-leaves-out',
  ])
  expect(lines.join()).toMatch(/no value for t\.b, which a trigger may fill in.*no value for u\.b/)
})

test('looks with the search_path of the application, and says what could not be looked at', async () => {
  const project = await server.project({
    '001_base.sql': both('CREATE SCHEMA app; CREATE TABLE app.t (a int);', 'DROP SCHEMA app CASCADE;'),
  })
  await project.up()
  const alone = await project.nself('db', 'check', '--only', 'queries')
  expect(alone).toMatchObject({ code: 2 })
  expect(alone.stderr).toContain('nself db queries record --on production')
  record(project, ['SELECT a FROM t'], '-- search_path: app\n')
  project.write({
    '002_a.sql': both('ALTER TABLE app.t RENAME a TO b;', 'ALTER TABLE app.t RENAME b TO a;'),
    '003_b.sql': both('SELECT nothing;', '-- nself: nothing-to-do'),
  })
  const { lines, result } = await check(project)
  expect(lines.map((line) => line.split(' | ')[0])).toEqual(['002_a:2 error queries/breaks'])
  expect(result.parts).toContainEqual(expect.objectContaining({ part: 'queries', outcome: 'incomplete' }))
  record(project, ['SELECT a FROM t\nWHERE'], '')
  writeFileSync(join(project.root, 'nself', 'queries', 'v2.sql'), 'SELECT a\nFROM t\n')
  const open = await project.nself('db', 'check', '--only', 'queries')
  expect(open).toMatchObject({ code: 2 })
  expect(open.stderr).toContain('v2.sql:1: the query that begins here has no end')
})

test('up in production tells before it asks what the running release can no longer ask, and locally nothing', async () => {
  const project = await server.project({ '001_base.sql': base })
  await project.ok('up', '--env', 'production', '--yes', '--no-backup')
  record(project, queries)
  project.write({
    '002_more.sql': both('CREATE TABLE more (id int);', 'DROP TABLE more;'),
    '003_rename.sql': both('ALTER TABLE orders RENAME total TO sum;', 'ALTER TABLE orders RENAME sum TO total;'),
  })
  const up = ['db', 'migrate', 'up', '--env', 'production', '--no-backup']
  const { code, stderr } = await project.nself(...up)
  expect(code).toBe(3)
  expect(stderr).toContain(
    'Warning: 003_rename breaks 2 queries of v1 (most called 4,000 times a day): INSERT INTO orders (total) VALUES ($1) RETURNING id: column "total" of relation "orders" does not exist (nself/migrations/003_rename.sql:2)',
  )
  expect(await project.statuses()).toEqual(['001_base applied', '002_more pending', '003_rename pending'])
  // Nothing stops what cannot be checked, but it is said.
  writeFileSync(join(project.root, 'nself', 'queries', 'v2.sql'), 'SELECT a\nFROM t\n')
  const unread = await project.nself(...up, '--yes')
  expect(unread).toMatchObject({ code: 0, stderr: expect.stringContaining('v2.sql:1: the query that begins here') })
})
