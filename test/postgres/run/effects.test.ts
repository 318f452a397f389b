import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { down } from '../../../src/commands/db/migrate/down.ts'
import { redo } from '../../../src/commands/db/migrate/redo.ts'
import { type UpOptions, up } from '../../../src/commands/db/migrate/up.ts'
import type { RunResult } from '../../../src/commands/shared/migrate-results.ts'
import { runSeedsOf } from '../../../src/commands/shared/run-seeds.ts'
import { phrase } from '../../../src/core/guard/guard.ts'
import { contextAs, contextIn, plainUp } from '../../helpers/context.ts'
import { type Project, useServer } from '../../helpers/project.ts'

const server = useServer()

const base = `-- UP
CREATE TABLE users (id int PRIMARY KEY, name text);
INSERT INTO users SELECT i, 'n' || i FROM generate_series(1, 3) AS i;
CREATE TABLE customers (id int PRIMARY KEY);
INSERT INTO customers VALUES (1), (2), (3);
CREATE TABLE orders (id int, customer_id int REFERENCES customers ON DELETE CASCADE);
INSERT INTO orders VALUES (1, 1), (2, 1);
CREATE TABLE parts (id int, k int) PARTITION BY LIST (k);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
INSERT INTO parts VALUES (1, 1);
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE TABLE things (id int, m mood);
INSERT INTO things VALUES (1, 'a'), (2, 'b'), (3, NULL);
-- DOWN
DROP TABLE users;
`
const told: string[] = []

/** Runs `up` as production, where nobody is there to be asked. */
function upWith(project: Project, confirm?: string, more: Partial<UpOptions> = {}) {
  return up(contextAs(project, 'production', told, confirm), { ...plainUp, ...more }) as Promise<RunResult>
}

/** A database in production with users and orders. */
async function withBase(): Promise<Project> {
  const project = await server.project({ '001_base.sql': base })
  await upWith(project)
  return project
}

let shared: Project
/** A second migration for the database that all share whose migrations are rolled back. */
function second(sql: string): Project {
  shared.write({ '002_x.sql': `-- UP\n${sql}\n-- DOWN\nSELECT 1;\n` })
  return shared
}

beforeAll(async () => {
  shared = await withBase()
})

const hidden: Record<string, string> = {
  'a retype USING another value': 'ALTER TABLE users ALTER COLUMN name TYPE text USING NULL;',
  'a TRUNCATE after a DO block that may have made the table':
    "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_tables WHERE tablename = 'users') THEN CREATE TABLE users (id int, name text); END IF; END $$; TRUNCATE users;",
  'a DELETE after a DO block that caught duplicate_table':
    'DO $$ BEGIN CREATE TABLE users (id int); EXCEPTION WHEN duplicate_table THEN NULL; END $$; DELETE FROM users;',
  'a name that was made, dropped and given to another':
    'CREATE TABLE tmp (i int); DROP TABLE tmp; ALTER TABLE users RENAME TO tmp; DROP TABLE tmp; CREATE TABLE users (id int, name text);',
  'a namesake in another schema':
    'CREATE SCHEMA arch; SET LOCAL search_path = arch; CREATE TABLE users (id int, name text); SET LOCAL search_path = public; TRUNCATE users;',
  'a namesake that CREATE SCHEMA makes': 'CREATE SCHEMA zz CREATE TABLE users (id int); DELETE FROM users;',
  'a temporary namesake':
    'CREATE TEMP TABLE users AS SELECT 1; DROP TABLE users; DROP TABLE users; CREATE TABLE users (id int, name text);',
  'EXECUTE of a text that is put together':
    "DO $$ DECLARE r record; BEGIN FOR r IN SELECT tablename FROM pg_tables WHERE tablename = 'users' LOOP EXECUTE 'DROP TABLE IF EXISTS ' || quote_ident(r.tablename) || ' CASCADE'; END LOOP; END $$; CREATE TABLE users (id int, name text);",
  'EXECUTE of a variable': "DO $$ DECLARE q text := 'TRUNCATE users'; BEGIN EXECUTE q; END $$;",
  'DELETE in a loop':
    'DO $$ DECLARE r record; BEGIN FOR r IN DELETE FROM users RETURNING * LOOP NULL; END LOOP; END $$;',
  'MERGE that deletes': 'MERGE INTO users u USING users v ON u.id = v.id WHEN MATCHED THEN DELETE;',
  'a function that the file calls': "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM users'; SELECT f();",
  'a procedure that the file calls':
    'CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN TRUNCATE users; END $$; CALL p();',
  'an access method that takes its tables along':
    'CREATE ACCESS METHOD h9 TYPE TABLE HANDLER heap_tableam_handler; ALTER TABLE users SET ACCESS METHOD h9; DROP ACCESS METHOD h9 CASCADE; CREATE TABLE users (id int, name text);',
  'a DELETE whose condition holds for all': 'DELETE FROM users WHERE 1 = 1;',
  'a trigger that an INSERT sets off':
    'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM users; RETURN NULL; END $$; CREATE TABLE log (i int); CREATE TRIGGER t AFTER INSERT ON log EXECUTE FUNCTION f(); INSERT INTO log VALUES (1);',
  'a deferred trigger that only COMMIT sets off':
    'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM users; RETURN NULL; END $$; CREATE TABLE log (i int); CREATE CONSTRAINT TRIGGER t AFTER INSERT ON log DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f(); INSERT INTO log VALUES (1);',
  'an event trigger that harmless DDL sets off':
    'CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM public.users; END $$; CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f(); CREATE TABLE other (i int);',
  'the cursor of nself closed and made again':
    "DO $$ BEGIN EXECUTE 'CLOSE nself_before'; DELETE FROM users; EXECUTE 'DECLARE nself_before CURSOR FOR SELECT query_to_xml(''SELECT ''''5b5d'''' AS x'', true, false, '''''''')'; END $$;",
  'the cursor of nself read before': 'FETCH ALL FROM nself_before; DO $$ BEGIN DELETE FROM users; END $$;',
  'a default that a row of a new table calls':
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DELETE FROM users; SELECT 1'; CREATE TABLE n (i int DEFAULT f()); INSERT INTO n DEFAULT VALUES;",
  'a domain that checks a row of a new table':
    'CREATE FUNCTION f(int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN DELETE FROM users; RETURN true; END $$; CREATE DOMAIN d AS int CHECK (f(VALUE)); CREATE TABLE n (i d); INSERT INTO n VALUES (1);',
  'a default that a new table has from another':
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DELETE FROM users; SELECT 1'; CREATE TABLE m (i int DEFAULT f()); CREATE TABLE n (LIKE m INCLUDING ALL); INSERT INTO n DEFAULT VALUES;",
  'counters turned off by a name that is put together':
    "SELECT set_config('track_' || 'counts', 'off', true); DO $$ BEGIN EXECUTE 'DELETE ' || 'FROM users'; END $$; SELECT set_config('track_' || 'counts', 'on', true);",
  'counters turned off in the view of settings':
    "UPDATE pg_settings SET setting = 'off' WHERE name = 'track_counts'; DO $$ BEGIN EXECUTE 'DELETE ' || 'FROM users'; END $$; UPDATE pg_settings SET setting = 'on' WHERE name = 'track_counts';",
  'a namesake of a catalog in pg_temp':
    'CREATE TEMP TABLE pg_locks AS SELECT * FROM pg_catalog.pg_locks LIMIT 0; DO $$ BEGIN DELETE FROM public.users; END $$;',
}

describe('in production without the phrase all rows survive', () => {
  test.each(Object.entries(hidden))('%s', async (_, sql) => {
    const project = second(sql)
    const { message, exitStatus } = await upWith(project).catch((error) => error)
    expect(message).toMatch(
      /not confirmed for \w+: apply 1|was rolled back, because it does|cursors of nself|may not set track_counts/,
    )
    expect([3, 4]).toContain(exitStatus)
    expect(await project.query('SELECT count(name)::int FROM public.users')).toEqual([[3]])
    expect(await project.query('SELECT name FROM nself.migrations')).toEqual([['001_base']])
  })
})

describe('what was rolled back is named, and then approved', () => {
  test('with tables and rows, once the phrase is given for exactly that', async () => {
    const project = await withBase()
    project.write({
      '002_a.sql': 'CREATE TABLE a (i int);',
      '003_x.sql':
        "-- UP\nDO $$ BEGIN EXECUTE 'DELETE FROM ' || 'customers WHERE id < 3'; END $$;\n-- DOWN\nSELECT 1;\n",
      '004_b.sql': 'CREATE TABLE b (i int);',
    })
    const error = await upWith(project).catch((error) => error)
    expect(error).toMatchObject({
      code: 'refused',
      message:
        '003_x was rolled back, because it does what was not approved: deletes 2 rows from customers; deletes 2 rows from orders',
      hint: `look at it; to approve exactly this: nself db migrate up --env production --no-backup --confirm ${phrase}`,
    })
    expect(error.report.steps.map((step: { outcome: string }) => step.outcome)).toEqual(['done', 'failed', 'not-run'])
    expect(await upWith(project).catch((error) => error.code)).toBe('not-confirmed')
    expect(told).toContain('Destructive: 003_x deletes 2 rows from customers, as it did before it was rolled back')
    const { steps } = await upWith(project, phrase)
    expect(steps[0]?.effects?.map(({ relation, rows }) => `${relation} ${rows}`)).toEqual([
      'public.customers 2',
      'public.orders 2',
    ])
    expect(await project.query('SELECT count(*)::int FROM customers')).toEqual([[1]])
    expect(
      await project.query(
        "SELECT outcome, effects -> 1 ->> 'rows' FROM nself.journal WHERE name = '003_x' ORDER BY id",
      ),
    ).toEqual([
      ['refused', '2'],
      ['done', '2'],
    ])
  })

  test('but not what another edition of the file does', async () => {
    const project = await withBase()
    const file = (name: string) => `DO $$ BEGIN EXECUTE 'TRUNCATE ' || '${name}'; END $$;`
    project.write({ '002_x.sql': file('orders') })
    expect(await upWith(project).catch((error) => error.message)).toContain('empties orders')
    project.write({ '002_x.sql': file('parts') })
    expect(await upWith(project, phrase).catch((error) => error.message)).toContain('empties parts_1')
  })
})

describe('what a new file of a table means is told as far as the server knows:', () => {
  test.each([
    ['TRUNCATE things', 'empties things (about 3 rows)'],
    ['ALTER TABLE things ALTER m TYPE text', 'rewrites things (about 3 rows)'],
    ['ALTER TABLE things SET UNLOGGED', 'rewrites things (about 3 rows) and makes it unlogged'],
    [
      'TRUNCATE things; ALTER TABLE things SET UNLOGGED',
      'empties or rewrites things (about 3 rows) and makes it unlogged',
    ],
    ["TRUNCATE things; INSERT INTO things VALUES (9, 'a')", 'empties or rewrites things (about 3 rows)'],
    ['CLUSTER things USING things_id', 'rewrites things (about 3 rows)'],
  ])('%s', async (sql, words) => {
    const project = second(
      `CREATE INDEX things_id ON things (id);\nDO $do$ BEGIN EXECUTE $x$${sql.slice(0, 3)}$x$ || $x$${sql.slice(3)}$x$; END $do$;`,
    )
    const { message } = await upWith(project).catch((error) => error)
    expect(message).toBe(`002_x was rolled back, because it does what was not approved: ${words}`)
  })

  test('SET LOGGED', async () => {
    const project = await withBase()
    await project.query('ALTER TABLE things SET UNLOGGED')
    project.write({ '002_x.sql': "DO $$ BEGIN EXECUTE 'ALT' || 'ER TABLE things SET LOGGED'; END $$;" })
    const { message } = await upWith(project).catch((error) => error)
    expect(message).toContain(': rewrites things and makes it logged')
  })
})

describe('what is named beforehand is approved with it', () => {
  test.each([
    [
      'DELETE FROM customers WHERE id = 1;',
      'deletes rows of customers (it has 3 rows), and by foreign keys rows of orders (it has 2 rows)',
    ],
    [
      'TRUNCATE customers CASCADE;',
      'empties the table customers (3 rows), and by foreign keys rows of orders (2 rows)',
    ],
    ['TRUNCATE parts;', 'empties the table parts (1 row)'],
    ['DELETE FROM parts;', 'deletes all rows of parts (1 row)'],
    ['ALTER TABLE parts DROP COLUMN id; DROP TABLE orders;', 'drops the column parts.id (1 row has a value)'],
    ['ALTER TABLE users ALTER name TYPE text USING upper(name);', 'changes the type of users.name'],
    [
      'MERGE INTO users u USING orders o ON o.id = u.id AND o.id = 1 WHEN MATCHED THEN DELETE;',
      'deletes rows of users (it has 3 rows)',
    ],
    [
      'CREATE DOMAIN n AS int; ALTER TABLE orders ADD COLUMN n n; DROP DOMAIN n CASCADE;',
      'drops the domain n and what depends on it',
    ],
    ['DROP TYPE mood CASCADE;', 'drops the type mood and what depends on it: things.m (2 rows have a value)'],
    [
      'DROP SCHEMA public CASCADE; CREATE SCHEMA public;',
      'drops the schema public and what depends on it: customers (3 rows), orders (2 rows), parts (1 row), parts_1 (1 row), things (3 rows), users (3 rows)',
    ],
  ])('%s', async (sql, line) => {
    const project = await server.twin(shared)
    project.write({ '002_x.sql': sql })
    expect(await upWith(project).catch((error) => error.code)).toBe('not-confirmed')
    expect(told.join('\n')).toContain(`Destructive: 002_x ${line}`)
    expect((await upWith(project, phrase)).steps).toMatchObject([{ outcome: 'done' }])
    await server.remove(project)
  })
})

describe('no question is asked more than before for', () => {
  test.each([
    ['an UPDATE with a condition', "UPDATE users SET name = 'x' WHERE id = 1;", 'Change: 002_x changes rows of users'],
    [
      'a change of type that keeps all values',
      'ALTER TABLE users ALTER id TYPE bigint;',
      'Change: 002_x changes the type of users.id from integer to int8: keeps all values; rewrites the whole table',
    ],
    [
      'INSERT … ON CONFLICT DO UPDATE',
      "INSERT INTO users VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET name = 'a';",
      'Change: 002_x changes rows that conflict in users',
    ],
    [
      'a new column that rewrites the table',
      'ALTER TABLE users ADD COLUMN uid uuid NOT NULL DEFAULT gen_random_uuid(), ADD n int GENERATED ALWAYS AS (id * 2) STORED;',
      '',
    ],
    [
      'a table of the run',
      'CREATE TABLE t (i int); INSERT INTO t VALUES (1); UPDATE t SET i = 2; DELETE FROM t; ALTER TABLE t ALTER i TYPE text; TRUNCATE t; DROP TABLE t;',
      '',
    ],
    ['a wider type', 'ALTER TABLE users ALTER name TYPE varchar;', ''],
    ['a function that is only made', "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM users';", ''],
    ['a materialized view', 'CREATE MATERIALIZED VIEW m AS SELECT * FROM users; REFRESH MATERIALIZED VIEW m;', ''],
    ['rows that a savepoint takes back', 'SAVEPOINT s; INSERT INTO users VALUES (9); ROLLBACK TO s;', ''],
  ])('%s', async (_, sql, line) => {
    const project = await server.twin(shared)
    project.write({ '002_x.sql': sql, '003_y.sql': 'SELECT 1;' })
    expect((await upWith(project)).steps).toHaveLength(2)
    expect(told.join('\n')).toContain(line)
    expect(told.join('\n')).not.toContain('Destructive')
    await server.remove(project)
  })
})

test('what an earlier migration of the run has made may be emptied by a later one', async () => {
  const project = await server.project({
    '001_a.sql': 'CREATE TABLE a (i int); INSERT INTO a VALUES (1), (2);',
    '002_b.sql':
      "DO $$ BEGIN EXECUTE 'DELETE FROM ' || 'a'; EXECUTE 'TRUNCATE ' || 'a'; EXECUTE 'DROP TABLE ' || 'a'; END $$;",
  })
  expect((await upWith(project)).steps).toHaveLength(2)
})

test('in one transaction around all of them everything is rolled back', async () => {
  const project = second("DO $$ BEGIN EXECUTE 'DELETE FROM ' || 'users'; END $$;")
  project.write({ '003_y.sql': 'CREATE TABLE y (i int);' })
  const error = await upWith(project, undefined, { singleTransaction: true }).catch((error) => error)
  expect(error.message).toContain('deletes 3 rows from users')
  expect(await project.tables()).toEqual(['customers', 'orders', 'parts', 'parts_1', 'things', 'users'])
  project.write({ '003_y.sql': null })
})

test("rows that others delete in the meantime are nobody's fault", async () => {
  const project = await server.twin(shared)
  project.write({ '002_x.sql': 'INSERT INTO users VALUES (7); SELECT pg_advisory_xact_lock(4711);' })
  const client = await project.connect()
  await client.query('SELECT pg_advisory_lock(4711)')
  const running = upWith(project)
  await project.until("EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted)")
  await client.query('DELETE FROM orders')
  await client.query('SELECT pg_advisory_unlock(4711)')
  expect((await running).steps).toHaveLength(1)
})

test('a large object that is dropped is a loss, and is brought back', async () => {
  const project = await server.twin(shared)
  await project.query("SELECT lo_from_bytea(4711, 'abc')")
  project.write({ '002_x.sql': 'SELECT lo_unlink(4711);' })
  expect(await upWith(project).catch((error) => error.message)).toContain(
    'deletes 1 row from pg_catalog.pg_largeobject',
  )
  expect(await project.query('SELECT count(*)::int FROM pg_largeobject')).toEqual([[1]])
})

test('a server that does not count rows is refused, and SET track_counts too', async () => {
  expect(
    await upWith(second('SET track_counts = off; DELETE FROM users WHERE false;'), phrase).catch((e) => e.message),
  ).toContain('track_counts')
  const project = await server.twin(shared)
  project.write({ '002_x.sql': 'SELECT 1;' })
  await project.queryBeside(`ALTER DATABASE ${new URL(project.url).pathname.slice(1)} SET track_counts = off`)
  expect(await upWith(project, phrase).catch((error) => error.message)).toContain('track_counts is off')
})

describe('seeds are under the same table', () => {
  const run = (project: Project, confirm?: string) =>
    runSeedsOf(contextAs(project, 'production', told, confirm), 'all', { lockWaitMs: 10_000 })
  const withSeed = async (sql: string) => {
    const project = await server.twin(shared)
    mkdirSync(join(project.root, 'nself', 'seeds', 'common'), { recursive: true })
    writeFileSync(join(project.root, 'nself', 'seeds', 'common', '001_a.sql'), sql)
    return project
  }

  test('a DELETE takes the phrase', async () => {
    const project = await withSeed('DELETE FROM users; INSERT INTO users VALUES (1);')
    expect(await run(project).catch((error) => error.code)).toBe('not-confirmed')
    expect(told.join()).toContain('Destructive: common/001_a deletes all rows of users')
    expect((await run(project, phrase)).steps).toMatchObject([{ effects: [{ kind: 'delete', rows: 3 }] }])
  })

  test('what a seed hides is rolled back, named, and then approved', async () => {
    const project = await withSeed("DO $$ BEGIN EXECUTE 'TRUNCATE ' || 'users'; END $$;")
    expect(await run(project).catch((error) => [error.code, error.message, error.hint])).toEqual([
      'refused',
      expect.stringContaining('empties users'),
      expect.stringContaining(`nself db seed --env production --confirm ${phrase}`),
    ])
    expect(await project.query('SELECT count(*)::int FROM users')).toEqual([[3]])
    expect(await run(project).catch((error) => error.code)).toBe('not-confirmed')
    expect((await run(project, phrase)).steps).toHaveLength(1)
  })
})

test('locally nothing is refused, and the report says what was done to rows', async () => {
  const project = await server.project({ '001_base.sql': base })
  await project.up()
  project.write({ '002_x.sql': 'DELETE FROM customers WHERE id = 1;' })
  const shown = await project.ok('db', 'migrate', 'up')
  expect(shown).toContain('002_x: deletes 1 row from customers')
  expect(shown).toContain('002_x: deletes 2 rows from orders')
})

test('expressions of thousands of terms are looked through', async () => {
  const project = await server.twin(shared)
  const cases = `SELECT ${'CASE WHEN i > 1 THEN 1 ELSE '.repeat(1500)}0${' END'.repeat(1500)} FROM generate_series(1, 2) AS i`
  project.write({
    '002_x.sql': `CREATE TABLE s AS SELECT ${Array(3000).fill('1').join(' + ')} AS n;`,
    '003_case.sql': `CREATE TABLE c AS ${cases};`,
    '004_union.sql': `CREATE TABLE u AS ${Array(5000).fill('SELECT 1 AS n').join(' UNION ALL ')};`,
  })
  expect((await upWith(project)).steps).toHaveLength(3)
})

describe('what nobody approved is rolled back', () => {
  const hides = (table: string) => `DO $$ BEGIN EXECUTE 'DELETE FROM ' || '${table}'; END $$;`
  const rows = (project: Project) => project.query('SELECT count(*)::int FROM users')

  test('in a DOWN, whatever the phrase was given for, and then named', async () => {
    const project = await withBase()
    project.write({ '002_x.sql': `-- UP\nCREATE TABLE x (id int);\n-- DOWN\nDROP TABLE x;\n${hides('users')}\n` })
    await upWith(project)
    const back = () => down(contextAs(project, 'production', told, phrase), plainUp)
    const error = await back().catch((error) => error)
    expect(error).toMatchObject({
      code: 'refused',
      message: '002_x was rolled back, because it does what was not approved: deletes 3 rows from users; drops x',
      hint: expect.stringContaining(`nself db migrate down --env production --no-backup --confirm ${phrase}`),
    })
    expect(await rows(project)).toEqual([[3]])
    expect(await project.query('SELECT name FROM nself.migrations ORDER BY 1')).toEqual([['001_base'], ['002_x']])
    await back()
    expect(told.join('\n')).toContain('Destructive: 002_x deletes 3 rows from users, as it did before')
    expect(await rows(project)).toEqual([[0]])
  })

  test.each([
    ['DOWN', `-- UP\nCREATE TABLE x (id int);\n-- DOWN\nDROP TABLE x;\n${hides('users')}\n`, ['001_base', '002_x']],
    ['UP', `-- UP\nCREATE TABLE x (id int);\n${hides('users')}\n-- DOWN\nDROP TABLE x;\n`, ['001_base']],
  ])('in the %s of a redo', async (_, text, applied) => {
    const project = await withBase()
    project.write({ '002_x.sql': '-- UP\nCREATE TABLE x (id int);\n-- DOWN\nDROP TABLE x;\n' })
    await upWith(project)
    project.write({ '002_x.sql': text })
    const again = redo(contextAs(project, 'production', told, phrase), { ...plainUp, count: undefined })
    const error = await again.catch((error) => error)
    expect(error).toMatchObject({ code: 'refused', message: expect.stringContaining('deletes 3 rows from users') })
    expect(error.hint).toContain('--env production')
    expect(await rows(project)).toEqual([[3]])
    expect((await project.query('SELECT name FROM nself.migrations ORDER BY 1')).flat()).toEqual(applied)
  })
})

test('a procedure that commits fails as a whole, with what to write instead', async () => {
  const project = await server.project({
    '001_p.sql':
      'CREATE TABLE t (id int);\nCREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$;\nCALL p();\n',
  })
  const error = await up(contextIn(project), plainUp).catch((error) => error)
  expect(error).toMatchObject({ code: 'migration-failed', server: { sqlstate: '2D000' } })
  expect(error.hint).toContain('write -- nself: no-transaction above it')
  expect(error.location.line).toBe(3)
  expect(await project.tables()).toEqual([])
})
