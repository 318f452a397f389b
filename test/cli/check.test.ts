import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { check as runCheck } from '../../src/commands/db/check.ts'
import { contextIn } from '../helpers/context.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const both = (up: string, down: string) => `-- UP\n${up}\n-- DOWN\n${down}\n`
const options = {
  on: null,
  base: null,
  parts: ['parse', 'proof'],
  failOn: 'error',
  format: 'human',
  report: null,
} as const

async function check(project: Project, scope: Parameters<typeof runCheck>[1]['scope'] = { kind: 'pending' }) {
  const result = await runCheck(contextIn(project), { ...options, scope })
  const found = result.findings.map(({ rule, migration, place, evidence }) =>
    [`${migration}:${place.line} ${rule}`, ...evidence].join('; '),
  )
  return { ...result, found: found.sort() }
}

test('finds two files of one number, which up would refuse, in whatever is looked at', async () => {
  const project = await server.project({
    '001_a.sql': both('CREATE TABLE a (i int);', 'DROP TABLE a;'),
    '002_b.sql': both('CREATE TABLE b (i int);', 'DROP TABLE b;'),
  })
  await project.up()
  project.write({ '002_c.sql': both('CREATE TABLE c (i int);', 'DROP TABLE c;') })
  for (const kind of ['pending', 'all'] as const) {
    const { exitStatus, findings } = await check(project, { kind })
    expect(exitStatus).toBe(6)
    expect(findings.filter(({ rule }) => rule === 'parse/file')).toMatchObject([
      { instead: expect.stringContaining('nself db migrate repair --renumber 002_c') },
    ])
  }
})

test('proves what a DOWN brings back, and finds what it does not, on a history of all kinds', async () => {
  const project = await server.project({
    '001_a.sql': both(
      "CREATE TABLE a (i int PRIMARY KEY, n text, p text);\nINSERT INTO a VALUES (1, 'x', '1');",
      'DROP TABLE a;',
    ),
    '002_column.sql': both('ALTER TABLE a DROP COLUMN n;', 'ALTER TABLE a ADD COLUMN n text;'),
    '003_left.sql': both('CREATE INDEX CONCURRENTLY a_p ON a (p);\nCREATE TABLE c (i int);', 'DROP INDEX a_p;'),
    '004_enum.sql': both("CREATE TYPE mood AS ENUM ('sad');", 'DROP TYPE mood;'),
    '005_value.sql': both("ALTER TYPE mood ADD VALUE 'glad';", '-- nself: nothing-to-do'),
    '006_uses.sql': both("ALTER TABLE a ADD COLUMN m mood DEFAULT 'glad';", 'ALTER TABLE a DROP COLUMN m;'),
    '007_down.sql': both('ALTER TABLE a ADD COLUMN q int;', 'ALTER TABLE a DROP COLUMN qq;'),
    '008_none.sql':
      '-- UP\nCREATE TABLE g (i serial PRIMARY KEY, t timestamptz DEFAULT now());\nINSERT INTO g DEFAULT VALUES;\n',
    '009_rows.sql': both('INSERT INTO g DEFAULT VALUES;', '-- nself: nothing-to-do'),
    '010_again.sql': both(
      'CREATE VIEW v AS SELECT i FROM a;\nINSERT INTO g DEFAULT VALUES;',
      'DROP VIEW v;\nDELETE FROM g WHERE i = (SELECT max(i) FROM g);',
    ),
    '011_deferred.sql': both(
      'CREATE TABLE d (i int PRIMARY KEY, o int REFERENCES d DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO d VALUES (1, 2), (2, 1);',
      'DROP TABLE d;',
    ),
    '012_path.sql': both(
      'CREATE SCHEMA s;\nSET search_path = s;\nCREATE TABLE e ();',
      'DROP TABLE s.e;\nDROP SCHEMA s;',
    ),
    '013_change.sql': both('UPDATE g SET i = i + 100 WHERE i > 0;', '-- nself: nothing-to-do'),
  })
  const { found, proven, exitStatus } = await check(project)
  expect(found).toEqual([
    '002_column:2 proof/values-lost',
    '002_column:4 proof/column-order',
    '003_left:3 proof/up-again-fails',
    '003_left:5 proof/down-differs; table c is left behind',
    '005_value:2 proof/up-again-fails',
    expect.stringMatching(/^005_value:3 proof\/down-differs; enum mood has changed: values/),
    '007_down:4 proof/down-fails',
    '008_none:2 proof/no-down',
    '009_rows:3 proof/rows-differ; public.g had 1 row before UP and has 2 after DOWN',
    expect.stringMatching(/^013_change:\d proof\/rows-differ; /),
  ])
  expect(proven).toEqual(['001_a', '002_column', '004_enum', '006_uses', '010_again', '011_deferred', '012_path'])
  expect(exitStatus).toBe(6)
  expect(await project.tables()).toEqual([])
  expect(await project.query("SELECT datname FROM pg_database WHERE datname LIKE '%scratch%'")).toEqual([])
  const kept = readFileSync(join(project.root, 'nself', 'proofs'), 'utf8')
  expect(kept.split('\n').flatMap((line) => /^(\S+) pg18/.exec(line)?.[1] ?? [])).toEqual(proven)
  const again = await check(project)
  expect([again.found, again.proven]).toEqual([found, proven])
})

test('what proof tells of a section that does not run, rows do not tell again', async () => {
  const project = await server.project({
    '001_a.sql': both('CREATE TABLE a (i int);', 'DROP TABLE a;'),
    '002_down.sql': both('ALTER TABLE a ADD n int;', 'ALTER TABLE a DROP m;'),
    '003_up.sql': both('ALTER TABLE a ADD i int;', 'ALTER TABLE a DROP i;'),
  })
  const rules = async (parts: Parameters<typeof runCheck>[1]['parts']) =>
    (await runCheck(contextIn(project), { ...options, parts, scope: { kind: 'all' } })).findings
      .map(({ rule }) => rule)
      .sort()
  expect(await rules(['proof', 'rows'])).toEqual(['proof/down-fails', 'proof/up-fails'])
  expect(await rules(['rows'])).toEqual(['rows/not-tried', 'rows/not-tried'])
})

test('what a check could only notice at its end is refused before it begins', async () => {
  const project = await server.project({ '001_a.sql': both('CREATE TABLE a (;', 'DROP TABLE a;') })
  const begun = ['db', 'check', '--all'] as const
  const report = await project.nself(...begun, '--report', 'nowhere/report.md')
  expect(report).toMatchObject({ code: 2, stdout: '' })
  expect(report.stderr).toMatch(/^Error: cannot write nowhere\/report\.md: [^\n]*\nNext: create its folder first\n$/)
  const base = await project.nself(...begun, '--base', 'nowhere')
  expect(base).toMatchObject({ code: 2, stdout: '' })
})

describe('a history that cannot be replayed', () => {
  test('is told with its file and line, and what needs no replay is found all the same', async () => {
    const project = await server.project({
      '001_a.sql': both('CREATE TABLE a ();', 'DROP TABLE a;'),
      '002_b.sql': both('CREATE TABLE b ();\nSELECT * FROM by_hand;', 'DROP TABLE b;'),
      '003_c.sql': both('CREATE TABLE c ();', 'DROP TABL c;'),
    })
    const { found, parts, exitStatus, proven } = await check(project)
    expect(found).toEqual(['002_b:3 proof/up-fails', '003_c:4 parse/syntax; DROP TABL c;'])
    expect(parts.filter(({ outcome }) => outcome !== 'skipped').map(({ outcome }) => outcome)).toEqual([
      'done',
      'incomplete',
    ])
    expect(parts.find(({ part }) => part === 'proof')?.reason).toContain('002_b does not run on a scratch database')
    expect([exitStatus, proven]).toEqual([6, ['001_a']])
  })
})

test('of a branch only what is new is checked, a rule that a file allows is not told, and a report goes to a file', async () => {
  const project = await server.project({
    '001_a.sql': '-- UP\nCREATE TABLE a ();\n',
    '002_b.sql': both('CREATE TABLE b ();', 'DROP TABLE b;'),
  })
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: project.root, stdio: 'pipe' })
  git('init', '-q', '-b', 'main')
  git('add', '.')
  git('commit', '-qm', 'a')
  project.write({
    '002_b.sql': both('CREATE TABLE b (i int);', 'DROP TABLE b;'),
    '003_c.sql': '-- nself: allow proof/no-down because it is the last\n-- UP\nCREATE TABLE c ();\n',
  })
  const args = ['db', 'check', '--since', 'main', '--fail-on', 'note', '--report', join(project.root, 'check.sarif')]
  expect(await project.ok(...args)).toContain(
    'No findings in 2 migrations new or changed since main; DOWN is proven for 1',
  )
  expect(JSON.parse(readFileSync(join(project.root, 'check.sarif'), 'utf8'))).toMatchObject({ version: '2.1.0' })
  const all = await project.nself(
    'db',
    'check',
    '--all',
    '--skip',
    'parse',
    '--fail-on',
    'warning',
    '--format',
    'github',
  )
  expect(all.code).toBe(6)
  expect(all.stdout).toMatch(/^::warning file=nself\/migrations\/001_a\.sql,line=2,col=1,title=.*\(proof\/no-down\)::/)
  const unknown = await project.nself('db', 'check', '--since', 'nowhere')
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('cannot tell what is new since nowhere')])
})

test('down in production tells which DOWN is proven before it asks', async () => {
  const project = await server.project({
    '001_a.sql': both('CREATE TABLE a ();', 'DROP TABLE a;'),
    '002_b.sql': both('CREATE TABLE b ();', 'DROP TABLE b;'),
    '003_c.sql': both('CREATE TABLE c ();', '-- nself: nothing-to-do'),
  })
  mkdirSync(join(project.root, 'nself/repeatable'))
  project.write({ '../repeatable/a_view.sql': both('CREATE OR REPLACE VIEW v AS SELECT 1 AS one;', 'DROP VIEW v;') })
  await project.up()
  await check(project, { kind: 'all' })
  project.write({ '002_b.sql': both('CREATE TABLE b ();', 'DROP TABLE IF EXISTS b;') })
  const { code, stderr } = await project.nself('db', 'migrate', 'down', '3', '--env', 'production', '--no-backup')
  expect(code).toBe(3)
  expect(stderr).toContain('Note: DOWN is proven to bring back the schema: 001_a\n')
  expect(stderr).not.toContain('a_view')
  expect(stderr).toContain('Warning: DOWN is not proven to bring back the schema: 003_c, 002_b; ')
})

test('up keeps with its row what is proven of a migration, and down and status know it without the files', async () => {
  const outside = '-- nself: no-transaction\nCREATE TABLE b ();'
  const project = await server.project({
    '001_a.sql': both('CREATE TABLE a ();', 'DROP TABLE a;'),
    '002_b.sql': both(outside, '-- nself: no-transaction\nDROP TABLE b;'),
    '003_c.sql': both('CREATE TABLE c ();', '-- nself: nothing-to-do'),
    '004_d.sql': both('CREATE TABLE d ();', 'DROP TABLE d;'),
  })
  await check(project, { kind: 'all' })
  await project.up()
  for (const gone of ['../proofs', '002_b.sql', '003_c.sql']) rmSync(join(project.root, 'nself/migrations', gone))
  project.write({ '004_d.sql': both('CREATE TABLE d ();', 'DROP TABLE IF EXISTS d;') })
  const { result } = JSON.parse(await project.ok('db', 'migrate', 'status', '--long', '--json'))
  expect(result.migrations.map(({ down }: { down: string }) => down)).toEqual([
    'proven',
    'proven',
    'unproven',
    'unproven',
  ])
  const { stderr } = await project.nself('db', 'migrate', 'down', '4', '--env', 'production', '--no-backup')
  expect(stderr).toContain('Note: DOWN is proven to bring back the schema: 002_b, 001_a\n')
  expect(stderr).toContain('Warning: DOWN is not proven to bring back the schema: 004_d, 003_c; ')
  // What is accepted as it is now was not what was proven.
  project.write({ '001_a.sql': both('CREATE TABLE a (i int);', 'DROP TABLE a;') })
  await project.ok('db', 'migrate', 'repair', '--accept', '1', '--yes')
  const rows = await project.query('SELECT name FROM nself.migrations WHERE proof IS NOT NULL ORDER BY version')
  expect(rows.flat()).toEqual(['002_b', '004_d'])
})

test('a change of type is told to lose values only where the old type holds more', async () => {
  const project = await server.project({
    '001_a.sql': both(
      'CREATE TABLE a (i int PRIMARY KEY, n int, t text, d numeric(8,2));\nCREATE TABLE b (n numeric);',
      'DROP TABLE a, b;',
    ),
    '002_wider.sql': both('ALTER TABLE a ALTER n TYPE bigint;', 'ALTER TABLE a ALTER n TYPE int;'),
    '003_blanks.sql': both('ALTER TABLE a ALTER t TYPE varchar(3);', 'ALTER TABLE a ALTER t TYPE text;'),
    '004_rounds.sql': both('ALTER TABLE a ALTER d TYPE int;', 'ALTER TABLE a ALTER d TYPE numeric(8,2);'),
    '005_by_hand.sql': both(
      'ALTER TABLE b ALTER n TYPE text USING left(n::text, 2);',
      'ALTER TABLE b ALTER n TYPE numeric USING n::numeric;',
    ),
  })
  expect((await check(project)).found).toEqual([
    '003_blanks:2 proof/values-lost; changes the type of a.t from text to varchar(3): blanks beyond 3 characters are lost; fails if a value is longer than 3 characters; rewrites the whole table, which nobody can use meanwhile',
    expect.stringMatching(/^004_rounds:2 proof\/values-lost; .* from numeric\(8,2\) to int4: values are rounded/),
    '005_by_hand:2 proof/values-lost; changes the type of b.n to text, which may lose data and rewrites the table',
  ])
})

test('seeds and repeatables are parsed too, a seed that cannot be one is told, and the rest is checked', async () => {
  const project = await server.project({ '001_a.sql': both('CREATE TABLE a ();', 'DROP TABL a;') })
  for (const folder of ['seeds/common', 'seeds/local', 'seeds/staging', 'repeatable'])
    mkdirSync(join(project.root, 'nself', folder), { recursive: true })
  project.write({
    '../seeds/common/001_rows.sql': 'INSERT INTO a DEFAULT VALUES;\nINSRT INTO a DEFAULT VALUES;\n',
    '../seeds/local/001_down.sql': both('SELECT 1;', 'SELECT 2;'),
    '../seeds/staging/001_rows.sql': 'SELEC 1;\n',
    '../repeatable/f.sql': 'CREATE OR REPLACE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN IF; END $$;\n',
  })
  const run = (kind: 'pending' | 'all') =>
    runCheck(contextIn(project), { ...options, parts: ['parse'], scope: { kind } })
  const told = (result: Awaited<ReturnType<typeof run>>) =>
    result.findings.map(({ rule, place }) => `${place.path}:${place.line} ${rule}`).sort()
  const pending = [
    'nself/migrations/001_a.sql:4 parse/syntax',
    'nself/repeatable/f.sql:1 parse/function-body',
    'nself/seeds/common/001_rows.sql:2 parse/syntax',
    'nself/seeds/local/001_down.sql:1 parse/file',
  ]
  expect(told(await run('pending'))).toEqual(pending)
  expect(told(await run('all'))).toEqual([...pending, 'nself/seeds/staging/001_rows.sql:1 parse/syntax'])
})
