import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const up = ['db', 'migrate', 'up'] as const

test('values of --set, the environment and env files are filled in, and recorded with the row', async () => {
  const project = await server.project({
    '001_a.sql': `-- nself: variables schema, title, note
-- UP
CREATE SCHEMA :"schema";
CREATE TABLE :"schema".notes (title text DEFAULT :'title', note text);
INSERT INTO :"schema".notes (note) VALUES (:'note');
-- DOWN
DROP SCHEMA :"schema" CASCADE;
`,
  })
  const hostile = `'; DROP TABLE x; -- \\' "quoted" 😀\nnext line`
  appendFileSync(join(project.root, '.env.local'), '\nNSELF_VAR_TITLE="from the file"\n')
  const finished = await project.run([...up, '--set', 'schema=My "app"', '--set', `note=${hostile}`], {
    env: { NSELF_VAR_SCHEMA: 'loses', NSELF_VAR_NOTE: 'loses' },
  })
  expect(finished.code, finished.stderr).toBe(0)
  expect(await project.query('SELECT title, note FROM "My ""app""".notes')).toEqual([['from the file', hostile]])
  const recorded = { schema: 'My "app"', title: 'from the file', note: hostile }
  expect(await project.query('SELECT variables FROM nself.migrations')).toEqual([[recorded]])
  // What it was applied with is what a replay takes.
  expect(await project.ok('db', 'migrate', 'status', '--drift')).toContain('No drift')
  project.write({ '001_a.sql': null })
  expect(await project.query('SELECT down_sql FROM nself.migrations')).toEqual([[expect.stringContaining(':"schema"')]])
  await project.ok('db', 'migrate', 'down')
  expect(await project.query("SELECT count(*)::int FROM pg_namespace WHERE nspname LIKE 'My%'")).toEqual([[0]])
})

test('what is reverted takes the values with which it was applied, but secrets, which are set', async () => {
  const project = await server.project({
    '001_a.sql': `-- nself: variables schema
-- UP
CREATE SCHEMA :"schema";
-- DOWN
-- nself: variables api_key
DROP SCHEMA :"schema" CASCADE;
SELECT :'api_key';
`,
  })
  await project.ok(...up, '--set', 'schema=one')
  await project.query('CREATE SCHEMA two')
  const down = ['db', 'migrate', 'down'] as const
  const unset = await project.nself(...down, '--set', 'schema=two')
  expect(unset).toMatchObject({ code: 2, stderr: expect.stringContaining('the variable api_key is not set') })
  const given = ['--set', 'schema=two', '--set', 'api_key=geheim']
  expect(await project.ok(...down, ...given, '--dry-run')).toContain('DROP SCHEMA  "one"')
  await project.ok(...down, ...given)
  const left = "SELECT nspname FROM pg_namespace WHERE nspname IN ('one', 'two')"
  expect(await project.query(left)).toEqual([['two']])
  await project.ok(...up, '--set', 'schema=one')
  await project.query('DROP SCHEMA two')
  await project.ok('db', 'migrate', 'redo', ...given)
  expect(await project.query(left)).toEqual([['two']])
})

test('a variable without a value stops the run before anything runs, and names its place', async () => {
  const project = await server.project({
    '001_a.sql': '-- UP\nCREATE TABLE a (id int);\n',
    '002_b.sql': `-- UP\n-- nself: variables owner\nSELECT 1;\nSELECT :'owner';\n-- DOWN\n-- nself: nothing-to-do\n`,
  })
  for (const args of [up, [...up, '--dry-run'], ['db', 'migrate', 'fresh'], ['db', 'update']]) {
    const { code, stderr } = await project.nself(...args)
    expect([code, stderr]).toEqual([2, expect.stringContaining('nself/migrations/002_b.sql:4:8')])
    expect(stderr).toContain('add --set owner=…, or set NSELF_VAR_OWNER in the environment or an env file')
  }
  expect(await project.tables()).toEqual([])
  // What is pending further on, and what is applied, needs no value.
  await project.ok(...up, '1')
  await project.ok('db', 'migrate', 'status')
  expect(await project.nself('db', 'check')).toMatchObject({ code: 6, stdout: expect.stringContaining('owner') })
  await project.ok('db', 'check', '--set', 'owner=me', '--fail-on', 'error')
})

test('a secret value is in no output, no journal and no dry run', async () => {
  const secret = `hunter2 'it'"s\\ long\nand a second line of it`
  const parts = ['hunter2', 'second line of it']
  const project = await server.project({
    '001_a.sql': `-- nself: variables api_key
-- UP
CREATE TABLE keys (key text);
INSERT INTO keys VALUES (:'api_key');
DO $$ BEGIN RAISE NOTICE 'it is %', (SELECT key FROM keys); END $$;
`,
    '002_b.sql': `-- nself: variables api_key\n-- UP\nSELECT :'api_key'::int;\n`,
  })
  const given = ['--set', `api_key=${secret}`]
  const runs = [
    await project.nself(...up, ...given, '--dry-run'),
    await project.nself(...up, ...given, '--dry-run', '--json'),
    await project.nself(...up, ...given, '--debug'),
    await project.nself(...up, ...given, '--json'),
  ]
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 4, 4])
  const output = runs.map(({ stdout, stderr }) => stdout + stderr).join('\n')
  expect(runs[0]?.stdout).toContain(`VALUES ( '***' )`)
  expect(output).toContain('nself/migrations/002_b.sql:3:8')
  const journal = JSON.stringify(await project.query('SELECT j::text FROM nself.journal AS j'))
  const rows = JSON.stringify(await project.query('SELECT m::text FROM nself.migrations AS m'))
  for (const part of parts) for (const text of [output, journal, rows]) expect(text).not.toContain(part)
  expect(await project.query('SELECT key FROM keys')).toEqual([[secret]])
  expect(await project.query('SELECT variables FROM nself.migrations')).toEqual([[{ api_key: '***' }]])
})

test('a short secret, and one that another --set replaces, are in no output either', async () => {
  const project = await server.project({
    '001_a.sql': `-- nself: variables pin_token\n-- UP\nSELECT :'pin_token'::text;\nSELECT :'pin_token'::int;\n`,
  })
  const finished = await project.nself(...up, '--debug', '--set', 'pin_token=hunter2', '--set', 'pin_token=q7x')
  expect(finished.code).toBe(4)
  expect(finished.stderr).toContain('invalid input syntax for type integer: "***"')
  expect(finished.stdout + finished.stderr).not.toMatch(/q7x|hunter2/)
})

test('a --set that cannot be understood is told without what was typed', async () => {
  const project = await server.project({ '001_a.sql': '-- UP\nSELECT 1;\n' })
  for (const wrong of ['pass word=hunter2', 'hunter2', '=hunter2']) {
    const { code, stdout, stderr } = await project.nself(...up, '--set', wrong)
    expect(code).toBe(2)
    expect(stdout + stderr).not.toContain('hunter2')
    expect(stderr).toContain('--set name=value')
  }
})

test('a failed statement is pointed at where it stands in the file, not where it stands filled in', async () => {
  const project = await server.project({
    '001_a.sql': `-- nself: variables a, b\n-- UP\nSELECT :'a';\nSELECT :'a', 1 / 0, :'b';\nSELECT :'b', wrong;\n`,
  })
  const first = await project.nself(...up, '--set', `a=${'x\n'.repeat(500)}`, '--set', 'b=two words')
  expect([first.code, first.stderr]).toEqual([4, expect.stringContaining('001_a.sql:4:1')])
  project.write({ '001_a.sql': `-- nself: variables b\n-- UP\nSELECT :'b', wrong;\n` })
  const second = await project.nself(...up, '--set', 'b=😀😀😀')
  expect(second.stderr).toContain('001_a.sql:3:14')
})

test('a file that runs statement by statement resumes with another value of a secret', async () => {
  const project = await server.project({
    '001_a.sql': `-- nself: variables password
-- UP
CREATE TABLE a (p text);
CREATE INDEX CONCURRENTLY ai ON a (p);
INSERT INTO a VALUES (:'password');
SELECT 1 / count(*) FROM go_on;
`,
  })
  expect((await project.nself(...up, '--set', 'password=first')).code).toBe(4)
  await project.query('CREATE TABLE go_on AS SELECT 1')
  await project.ok(...up, '--set', 'password=second')
  expect(await project.query('SELECT p FROM a')).toEqual([['first']])
  expect(await project.statuses()).toEqual(['001_a applied'])
})

test('what looks like a variable and is not declared is told how to declare it', async () => {
  const project = await server.project({ '001_a.sql': `-- UP\nSELECT :'a';\n` })
  const { code, stderr } = await project.nself(...up, '--set', 'a=1')
  expect(code).toBe(2)
  expect(stderr).toContain(`to have :'a' filled in, declare it: -- nself: variables a`)
  project.write({ '001_a.sql': `-- nself: variables a\n-- UP\nSELECT 1 AS b :'a';\n` })
  const declared = await project.nself(...up, '--set', 'a=1')
  expect(declared).toMatchObject({ code: 2, stderr: expect.not.stringContaining('declare it') })
})

test('variables of seeds are filled in too', async () => {
  const project = await server.project({ '001_a.sql': '-- UP\nCREATE TABLE a (v text);\n' })
  await project.up()
  mkdirSync(join(project.root, 'nself/seeds/common'), { recursive: true })
  project.write({ '../seeds/common/001_a.sql': `-- nself: variables v\nINSERT INTO a VALUES (:'v');\n` })
  expect((await project.nself('db', 'seed')).code).toBe(2)
  await project.ok('db', 'seed', '--set', "v=it's")
  expect(await project.query('SELECT v FROM a')).toEqual([["it's"]])
  expect(await project.ok('db', 'seed', '--set', 'v=other')).toContain('unchanged')
})

test('a file that is read in pieces may not declare variables', async () => {
  const rows = `INSERT INTO a VALUES ('${'x'.repeat(1000)}');\n`.repeat(4400)
  const project = await server.project({
    '001_a.sql': `-- nself: variables v\n-- UP\nCREATE TABLE a (v text);\n${rows}INSERT INTO a VALUES (:'v');\n`,
  })
  const { code, stderr } = await project.nself(...up, '--set', 'v=1')
  expect([code, stderr]).toEqual([2, expect.stringContaining('001_a.sql:1:1')])
  expect(stderr).toContain('put the statements that need them into a migration of their own')
})

test('a file that stopped in the middle does not resume with another value of a variable', async () => {
  const project = await server.project({
    '001_a.sql': `-- UP
-- nself: no-transaction
-- nself: variables who
CREATE TABLE a (who text DEFAULT :'who');
CREATE TABLE b (id int DEFAULT nowhere(:'who'));`,
  })
  const up = (who: string, ...more: string[]) => project.nself('db', 'migrate', 'up', '--set', `who=${who}`, ...more)
  expect((await up('anna')).code).toBe(4)
  await project.query('CREATE FUNCTION nowhere(text) RETURNS int RETURN 1')
  const other = await up('bob', '--set', 'whom=x')
  expect(other.code).toBe(3)
  expect(other.stderr).toContain('001_a is partially applied with who = anna, and who is bob now')
  expect(other.stderr).toContain('Warning: no file uses the variable whom')
  const same = await up('anna')
  expect(same.code, same.stderr).toBe(0)
  expect(same.stderr).not.toContain('no file uses')
})
