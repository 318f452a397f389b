import { describe, expect, test } from 'vitest'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const drift = ['db', 'migrate', 'status', '--drift', '--all'] as const

const tables = `CREATE TABLE a (id int PRIMARY KEY, n text);
CREATE VIEW v AS SELECT n FROM a;
CREATE AGGREGATE ag(*) (sfunc = int8inc, stype = bigint, initcond = '0');
CREATE FUNCTION f(x int) RETURNS int LEAKPROOF LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(x int) RETURNS int LEAKPROOF IMMUTABLE LANGUAGE sql AS 'SELECT 2';
CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION g() LEAKPROOF;
`
const labels = `SECURITY LABEL FOR "guard" ON TABLE a IS 'secret';
SECURITY LABEL FOR 'guard' ON COLUMN v.n IS 'it''s 100% \\ $$';
SECURITY LABEL FOR guard ON FUNCTION f(int) IS 'new';
SECURITY LABEL FOR guard ON AGGREGATE ag(*) IS 'rows';
`

/** The server of the test has no provider: what one would store is put there by hand. */
async function labelled(project: Project): Promise<void> {
  await project.query(`INSERT INTO pg_seclabel (objoid, classoid, objsubid, provider, label) VALUES
    ('a'::regclass, 'pg_class'::regclass, 0, 'guard', 'secret'), ('v'::regclass, 'pg_class'::regclass, 1, 'guard', 'it''s 100% \\ $$'),
    ('f'::regproc, 'pg_proc'::regclass, 0, 'guard', 'new'), ('ag'::regproc, 'pg_proc'::regclass, 0, 'guard', 'rows')`)
}

async function applied(): Promise<Project> {
  const project = await server.project({ '001_tables.sql': `-- UP\n${tables}` })
  await project.up()
  await labelled(project)
  return project
}

describe('security labels', () => {
  test('are replayed where their provider is not loaded, beside functions that only a superuser may make', async () => {
    const project = await applied()
    project.write({ '002_labels.sql': `-- UP\n${labels}` })
    await project.ok('db', 'migrate', 'repair', '--mark-applied', '2')
    expect(await project.ok(...drift)).toContain('No drift')
    await project.query(
      "UPDATE pg_seclabel SET label = 'open' WHERE objoid = 'a'::regclass; ALTER FUNCTION g() NOT LEAKPROOF",
    )
    const text = await project.ok(...drift)
    expect(text).toContain('~ Security label: guard on table public.a (different definition)')
    expect(text).toContain('~ Function: g()')
  })

  test('are written by schema diff --sql, proven, and again on what is dropped and made again', async () => {
    const project = await applied()
    const diff = async (...sides: string[]) => {
      const { code, stdout, stderr } = await project.nself('db', 'schema', 'diff', ...sides, '--sql')
      expect(code, stderr).toBe(0)
      expect(stdout + stderr).not.toMatch(/not (?:proven|written)/i)
      return stdout
    }
    const given = await diff('local', 'migrations')
    expect(given).toMatch(/ON TABLE public\.a IS 'secret'/)
    expect(given).toMatch(/ON AGGREGATE public\.ag\(\*\) IS 'rows'/)
    expect(given).toMatch(/ON COLUMN public\.v\.n IS E'it''s 100% \\\\ \$\$'/)
    expect(await diff('migrations', 'local')).toContain('ON COLUMN public.v.n IS NULL')
    project.write({
      '002_labels.sql': `-- UP\n${labels}DROP VIEW v;\nALTER TABLE a ALTER n TYPE varchar(5);\nCREATE VIEW v AS SELECT n FROM a;`,
    })
    const again = await diff('local', 'migrations')
    expect(again).toContain('DROP VIEW public.v')
    expect(again).not.toContain('ON TABLE')
    expect(again).toContain("ON COLUMN public.v.n IS E'it''s 100% \\\\ $$'")
  })
})
