import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { binariesOfMajor } from '../../src/postgres/embedded/binaries-of-major.ts'
import { processesWith } from '../helpers/backups.ts'
import { start } from '../helpers/cli.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const drift = ['db', 'migrate', 'status', '--drift'] as const

/** What of the server a replay could leave behind or change. */
const worldSql = `SELECT (SELECT string_agg(rolname || rolcanlogin || COALESCE(rolpassword, ''), ' ' ORDER BY rolname) FROM pg_authid),
  (SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database), (SELECT count(*)::int FROM pg_subscription),
  (SELECT string_agg(setconfig::text, ' ') FROM pg_db_role_setting), (SELECT string_agg(spcname, ' ') FROM pg_tablespace),
  pg_read_file('postgresql.auto.conf')`

async function applied(files: Record<string, string>): Promise<Project> {
  const project = await server.project(files)
  await project.up()
  return project
}

async function looksWithoutTouching(project: Project): Promise<string> {
  const before = await project.query(worldSql)
  const { code, stdout, stderr } = await project.nself(...drift)
  expect(stdout + stderr).toContain('No drift')
  expect(code).toBe(0)
  expect(await project.query(worldSql)).toEqual(before)
  return stderr
}

describe('a replay', () => {
  test('changes no role, gives no password back, and drops no other database', async () => {
    const project = await applied({
      '001_roles.sql': `-- UP
CREATE ROLE r_plain;
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'r_app') THEN CREATE ROLE r_app; END IF;
  EXECUTE format('ALTER ROLE %I PASSWORD %L', 'r_app', 'again'); END $$;
DO $$ BEGIN CREATE ROLE r_plain; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER ROLE r_app LOGIN PASSWORD 'first';
GRANT r_plain TO r_app;
CREATE TABLE a (i int);
GRANT SELECT ON a TO r_plain;
ALTER TABLE a OWNER TO r_app;
`,
      '002_database.sql': '-- UP\nDROP DATABASE IF EXISTS r_reports;\n',
    })
    await project.query("ALTER ROLE r_app NOLOGIN PASSWORD 'rotated'; REVOKE r_plain FROM r_app")
    await project.query('CREATE DATABASE r_reports')
    const told = await looksWithoutTouching(project)
    expect(told).toContain('Not replayed, because it reaches beyond the database: CREATE ROLE (001_roles)')
    expect(told).toContain('ALTER ROLE (001_roles)')
    expect(told).toContain('DROP DATABASE (002_database)')
  })

  test('reaches no other database, program, file, tablespace, subscription or setting of the server', async () => {
    const project = await server.project({})
    const elsewhere = new URL(project.url)
    const connection = `host=127.0.0.1 port=${elsewhere.port} dbname=postgres user=postgres password=${elsewhere.password}`
    await project.queryBeside('CREATE TABLE IF NOT EXISTS log (t text)')
    await project.query('SET allow_in_place_tablespaces = on').catch(() => {})
    project.write({
      '001_out.sql': `-- UP
CREATE EXTENSION postgres_fdw;
CREATE EXTENSION dblink;
CREATE SERVER rs FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '${elsewhere.port}', dbname 'postgres');
CREATE USER MAPPING FOR postgres SERVER rs OPTIONS (user 'postgres', password '${elsewhere.password}');
CREATE FOREIGN TABLE log (t text) SERVER rs;
INSERT INTO log VALUES ('by a foreign table');
SELECT dblink_exec('${connection}', 'INSERT INTO log VALUES (''by dblink'')');
DO $$ BEGIN PERFORM dblink_exec('${connection}', 'INSERT INTO log VALUES (''by a block'')'); END $$;
COPY (SELECT 1) TO PROGRAM 'cat >/dev/null';
CREATE SUBSCRIPTION feed CONNECTION 'host=127.0.0.1 port=1 dbname=x' PUBLICATION p WITH (connect = false, slot_name = NONE);
CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION event_made();
`.replace(
        'CREATE EVENT',
        "CREATE FUNCTION event_made() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';\nCREATE EVENT",
      ),
      '002_system.sql': "-- UP\nALTER SYSTEM SET log_min_duration_statement = '7s';\n",
    })
    await project.up()
    await project.queryBeside("ALTER SYSTEM SET log_min_duration_statement = '8s'")
    const rows = () => project.queryBeside('SELECT count(*)::int FROM log')
    const before = await rows()
    const told = await looksWithoutTouching(project)
    expect(await rows()).toEqual(before)
    for (const what of [
      'rows of the foreign table log',
      'a call of dblink_exec',
      'the connection of CREATE SUBSCRIPTION',
      'COPY TO PROGRAM',
      'ALTER SYSTEM',
    ])
      expect(told).toContain(what)
    // From a template: a copy of a database has none of its subscriptions by itself.
    await looksWithoutTouching(project)
    await project.query('DROP SUBSCRIPTION feed')
  })

  test('is refused by the server what nobody could read beforehand, and then nothing is said of drift', async () => {
    const project = await applied({
      '001_a.sql': `-- UP
CREATE FUNCTION hidden(what text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'CREATE ' || what; END $$;
SELECT hidden('ROLE r_hidden');
`,
      '002_b.sql': 'CREATE TABLE b ();',
    })
    await project.query('DROP ROLE r_hidden')
    const before = await project.query(worldSql)
    const { code, stdout, stderr } = await project.nself(...drift)
    expect(code, stdout + stderr).toBe(3)
    expect(stderr).toContain('drift was not checked: on a scratch database, 001_a failed: permission denied')
    expect(stderr).toContain('--shadow-url')
    expect(stdout).not.toContain('No drift')
    const squashed = await project.nself('db', 'migrate', 'squash', '--to', '2')
    expect(squashed.stderr).toContain('permission denied')
    expect(squashed.stderr).toContain('Next: a replay has no rights of a superuser')
    expect((await project.nself('db', 'check', '--all')).stdout).toContain('--shadow-url')
    expect(await project.query(worldSql)).toEqual(before)
  })

  test('without what is imported from another server says nothing of drift', async () => {
    const project = await server.project({})
    const { port, password, pathname } = new URL(project.url)
    await project.query('CREATE SCHEMA far; CREATE TABLE far.away (i int)')
    project.write({
      '001_far.sql': `-- UP
CREATE EXTENSION postgres_fdw;
CREATE SERVER rs FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '${port}', dbname '${pathname.slice(1)}');
CREATE USER MAPPING FOR postgres SERVER rs OPTIONS (user 'postgres', password '${password}');
CREATE SCHEMA near;
IMPORT FOREIGN SCHEMA far FROM SERVER rs INTO near;
`,
    })
    await project.up()
    const { code, stdout, stderr } = await project.nself(...drift)
    expect(code, stdout + stderr).toBe(3)
    expect(stderr).toContain('drift was not checked: 001_far makes a part of the schema by IMPORT FOREIGN SCHEMA')
    expect(stdout).not.toContain('No drift')
  })

  test('whose command is killed leaves no server behind', async () => {
    const project = await applied({
      '001_a.sql': "-- UP\nSELECT pg_sleep(1000) WHERE current_database() LIKE 'nself\\_scratch%';\n",
    })
    const cache = join(project.root, 'cache')
    mkdirSync(cache)
    const running = start(project.root, drift, { DATABASE_URL: project.url, XDG_CACHE_HOME: cache })
    await expect.poll(() => existsSync(join(cache, 'nself')), { timeout: 20_000 }).toBe(true)
    await expect
      .poll(() => processesWith(`${cache}/`).some(({ args }) => args.includes(' -p ')), { timeout: 20_000 })
      .toBe(true)
    running.kill('SIGKILL')
    await running.finished
    await expect.poll(() => processesWith(`${cache}/`), { timeout: 20_000 }).toEqual([])
  })

  test('takes the settings of database and role, whatever they have to do with names and times', async () => {
    const project = await server.project({
      '001_a.sql': `-- UP
CREATE SCHEMA app;
CREATE TABLE m (at timestamptz NOT NULL DEFAULT '2024-01-01') PARTITION BY RANGE (at);
CREATE TABLE m_1 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
`,
      '002_t.sql': "-- UP\nCREATE TABLE t (at timestamptz CHECK (at > '2020-01-01'));\n",
    })
    const name = new URL(project.url).pathname.slice(1)
    await project.query(`ALTER DATABASE ${name} SET timezone = 'Asia/Tokyo'`)
    await project.query(`ALTER DATABASE ${name} SET search_path = app, public`)
    await project.up()
    await looksWithoutTouching(project)
  })

  test('makes a role that only a text names, and adds what a migration that is pending needs', async () => {
    const project = await server.project({
      '001_a.sql': `-- UP
CREATE TABLE a (i int);
DO $$ DECLARE name text := 'r_late'; BEGIN EXECUTE format('GRANT SELECT ON a TO %I', name); END $$;
`,
    })
    const { code, stdout, stderr } = await project.nself('db', 'schema', 'diff', 'migrations', project.url)
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('Table: a')
    expect(await project.query("SELECT FROM pg_roles WHERE rolname = 'r_late'")).toEqual([])
  })
})

describe('templates', () => {
  test('of one role are no fault for another one on the same server', async () => {
    const project = await server.project({ '001_a.sql': '-- UP\nCREATE TABLE a (i int);\n' })
    await project.query("CREATE ROLE t_one LOGIN CREATEDB PASSWORD 'x'; CREATE ROLE t_two LOGIN CREATEDB PASSWORD 'x'")
    for (const role of ['t_one', 't_two', 't_two']) {
      const shadow = project.url.replace(/\/\/[^@]*@/, `//${role}:x@`)
      const { code, stderr } = await project.nself(
        'db',
        'schema',
        'diff',
        'migrations',
        project.url,
        '--shadow-url',
        shadow,
      )
      expect(code, stderr).toBe(0)
    }
  })
})

test('programs of a major that is not installed are not found, and no others in their place', () => {
  expect(binariesOfMajor('/nowhere', 9)).toBeNull()
  expect(binariesOfMajor('/nowhere', 18)?.major).toBe(18)
})
