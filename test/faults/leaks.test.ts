import { beforeAll, describe, expect, test } from 'vitest'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const up = ['db', 'migrate', 'up'] as const

beforeAll(async () => {
  const project = await server.project({})
  await project.query('CREATE ROLE bystander; CREATE ROLE app LOGIN')
})

/** What a migration may leave in its session, and what the next one must not find of it. */
const leaks: [what: string, sql: string, found: string][] = [
  ['SET ROLE', 'SET ROLE bystander;', "current_user = 'bystander'"],
  ['SET SESSION AUTHORIZATION', 'SET SESSION AUTHORIZATION bystander;', "session_user = 'bystander'"],
  ['SET search_path', 'SET search_path = nowhere;', "current_setting('search_path') = 'nowhere'"],
  ['set_config', "SELECT set_config('search_path', '', false);", "current_setting('search_path') = ''"],
  ['read-only', 'SET default_transaction_read_only = on;', "current_setting('transaction_read_only') = 'on'"],
  [
    'SESSION CHARACTERISTICS',
    'SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY;',
    "current_setting('transaction_isolation') = 'serializable'",
  ],
  ['DISCARD ALL', 'SET search_path = nowhere; DISCARD PLANS;', "current_setting('search_path') = 'nowhere'"],
  ['LISTEN', 'LISTEN channel;', 'EXISTS (SELECT FROM pg_listening_channels())'],
  ['a temporary table', 'CREATE TEMP TABLE pets (id int);', "to_regclass('pets') IS NOT NULL"],
  ['PREPARE', 'PREPARE answer AS SELECT 42;', 'EXISTS (SELECT FROM pg_prepared_statements)'],
  ['WITH HOLD', 'DECLARE c CURSOR WITH HOLD FOR SELECT 1;', "EXISTS (SELECT FROM pg_cursors WHERE name = 'c')"],
  [
    'a session lock',
    'SELECT pg_advisory_lock(42);',
    "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND pid = pg_backend_pid())",
  ],
  ['SET statement_timeout', "SET statement_timeout = '1h';", "current_setting('statement_timeout') <> '0'"],
  ['SET lock_timeout', "SET lock_timeout = '1h';", "current_setting('lock_timeout') <> '5s'"],
  ['SET client_min_messages', 'SET client_min_messages = error;', "current_setting('client_min_messages') <> 'notice'"],
  ['SET application_name', "SET application_name = 'other';", "current_setting('application_name') = 'other'"],
  [
    'replication role',
    'SET session_replication_role = replica;',
    "current_setting('session_replication_role') <> 'origin'",
  ],
]

const check = (what: string, found: string) =>
  `DO $$ BEGIN IF ${found} THEN RAISE EXCEPTION '%', 'leaked: ${what}'; END IF; END $$; CREATE TABLE public.t (id int); DROP TABLE public.t;`

test.each([
  ['in a transaction', ''],
  ['outside one', '-- nself: no-transaction\n'],
])('what a migration sets %s is gone in the next one and in its own row', async (_, header) => {
  const files = leaks.flatMap(([what, sql, found], i) => [
    [`${100 + 2 * i}_leak.sql`, header + sql],
    [`${101 + 2 * i}_check.sql`, check(what, found)],
  ])
  const project = await server.project(Object.fromEntries(files))
  await project.ok(...up)
  expect(await project.query('SELECT state, applied_by, count(*)::int FROM nself.migrations GROUP BY 1, 2')).toEqual([
    ['applied', 'postgres', files.length],
  ])
})

test('a million NOTICEs are shown, and do no harm', async () => {
  const project = await server.project({
    '001_notices.sql': "DO $$ BEGIN FOR i IN 1..1000000 LOOP RAISE NOTICE 'number %', i; END LOOP; END $$;",
    '002_t.sql': 'CREATE TABLE t (id int);',
  })
  const { code, stderr } = await project.nself(...up)
  expect(code).toBe(0)
  expect(stderr.match(/^NOTICE: number \d+$/gm)).toHaveLength(1_000_000)
  expect(await project.tables()).toEqual(['t'])
})

const session = { '001_a.sql': 'CREATE TABLE a (id int);', '003_c.sql': 'CREATE TABLE c (id int);' }

test('DISCARD ALL, which drops session locks and settings, harms neither the run nor its lock', async () => {
  const project = await server.project({
    ...session,
    '002_b.sql': '-- nself: no-transaction\nCREATE TABLE b (id int);\nDISCARD ALL;\nSELECT pg_advisory_unlock_all();\n',
  })
  await project.ok(...up)
  expect(await project.tables()).toEqual(['a', 'b', 'c'])
})

test.each(['COMMIT', 'ROLLBACK', 'END', 'ABORT', 'BEGIN', "PREPARE TRANSACTION 'x'"])(
  '%s is refused before anything runs',
  async (statement) => {
    const project = await server.project({ ...session, '002_b.sql': `CREATE TABLE b (id int);\n${statement};\n` })
    const { code, stderr } = await project.nself(...up)
    expect(code, stderr).toBe(2)
    expect(stderr).toContain('002_b.sql:2')
    expect(await project.tables()).toEqual([])
  },
)

test.each([
  ['a header', '-- nself: statement-timeout 300ms\nSELECT pg_sleep(1000);'],
  ['a function that sleeps', "SET LOCAL statement_timeout = '300ms';\nSELECT nap();"],
])('a statement_timeout by %s ends that migration alone', async (_, sql) => {
  const nap = 'CREATE FUNCTION nap() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1000); END $$;'
  const project = await server.project({
    ...session,
    '001_a.sql': `CREATE TABLE a (id int);\n${nap}\n`,
    '002_b.sql': sql,
  })
  const { code, stderr } = await project.nself(...up)
  expect(code, stderr).toBe(4)
  expect(stderr).toContain('canceling statement due to statement timeout')
  expect(await project.statuses()).toEqual(['001_a applied', '002_b pending', '003_c pending'])
  project.write({ '002_b.sql': 'SELECT pg_sleep(0.5);' })
  await project.ok(...up)
})

describe('a migration that fails only at its end', () => {
  test('because of a deferred constraint is named, and wholly rolled back', async () => {
    const project = await server.project({
      '001_t.sql':
        'CREATE TABLE t (id int PRIMARY KEY, parent int REFERENCES t DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO t VALUES (1, 2);\n',
      '002_u.sql': 'CREATE TABLE u (id int);',
    })
    const { code, stderr } = await project.nself(...up)
    expect(code).toBe(4)
    expect(stderr).toContain(
      '001_t failed at COMMIT, when deferred constraints are checked: insert or update on table "t" violates foreign key constraint',
    )
    expect(stderr).toContain('Key (parent)=(2) is not present')
    expect(stderr).toContain('002_u not run')
    expect(await project.tables()).toEqual([])
    expect(await project.statuses()).toEqual(['001_t pending', '002_u pending'])
  })

  test('because of its COMMIT itself is rolled back, and those after it do not run', async () => {
    const project = await server.project({
      '001_a.sql': 'CREATE TABLE a (id int);',
      '002_b.sql': `CREATE TABLE b (id int);
        CREATE TEMP TABLE parents (id int PRIMARY KEY) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE children (parent int REFERENCES parents) ON COMMIT PRESERVE ROWS;`,
      ...Object.fromEntries([3, 4, 5].map((n) => [`00${n}_t.sql`, `CREATE TABLE t${n} (id int);`])),
    })
    const { code, stderr } = await project.nself(...up)
    expect(code).toBe(4)
    expect(stderr).toContain('002_b failed at COMMIT: unsupported ON COMMIT and foreign key combination')
    expect(await project.tables()).toEqual(['a'])
    expect((await project.statuses()).slice(0, 3)).toEqual(['001_a applied', '002_b pending', '003_t pending'])
  })

  test.each([
    ['DO', 'DO $$ BEGIN CREATE TABLE t (id int); COMMIT; END $$;'],
    ['CALL', 'CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE t (id int); COMMIT; END $$;\nCALL p();'],
  ])('because of a COMMIT inside %s is rolled back, and told how to run it', async (_, sql) => {
    const project = await server.project({ '001_t.sql': sql, '002_u.sql': 'CREATE TABLE u (id int);' })
    const { code, stderr } = await project.nself(...up)
    expect(code).toBe(4)
    expect(stderr).toContain('Error: invalid transaction termination')
    expect(stderr).toContain('-- nself: no-transaction')
    expect(await project.tables()).toEqual([])
  })

  test.each([
    ['drops the tracking tables', 'DROP SCHEMA nself CASCADE;', 'nself.migrations'],
    ['takes away its own rights', 'REVOKE ALL ON nself.migrations FROM app;', 'permission denied'],
    ['closes the transaction to changes', 'SET TRANSACTION READ ONLY;', 'read-only transaction'],
  ])('because it %s is rolled back', async (_, sql, told) => {
    const project = await server.project({ '001_a.sql': 'CREATE TABLE a (id int);' })
    const [[name] = []] = await project.query('SELECT current_database()')
    await project.query(
      `ALTER DATABASE ${name} OWNER TO app; ALTER SCHEMA public OWNER TO app; ALTER ROLE app PASSWORD 'app'`,
    )
    const asApp = ['--database-url', project.url.replace(/\/\/[^@]+@/, '//app:app@')]
    await project.ok(...up, ...asApp)
    project.write({ '002_b.sql': `CREATE TABLE b (id int);\n${sql}\n`, '003_c.sql': 'CREATE TABLE c (id int);' })
    const { code, stderr } = await project.nself(...up, ...asApp)
    expect(code, stderr).toBe(4)
    expect(stderr).toContain('002_b failed')
    expect(stderr).toContain(told)
    expect(await project.tables()).toEqual(['a'])
    expect(await project.statuses()).toEqual(['001_a applied', '002_b pending', '003_c pending'])
  })
})

test('outside a transaction, dropping the tracking tables is rolled back too', async () => {
  const project = await server.project({
    '001_a.sql': 'CREATE TABLE a (id int);',
    '002_b.sql': '-- nself: no-transaction\nCREATE TABLE b (id int);\nDROP SCHEMA nself CASCADE;\n',
  })
  const { code, stderr } = await project.nself(...up)
  expect(code).toBe(4)
  expect(stderr).toContain('✗ 002_b')
  expect(await project.statuses()).toEqual(['001_a applied', '002_b failed'])
})
