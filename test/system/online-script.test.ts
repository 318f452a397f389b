import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()

const before = `-- UP
CREATE TABLE teams (id serial PRIMARY KEY, name text);
CREATE TABLE users (id int PRIMARY KEY, email text, age int, team int REFERENCES teams, boss int REFERENCES users, gone text NOT NULL);
CREATE TABLE visits (who int, day date, shop text, PRIMARY KEY (who, day, shop));
`

const after = `-- UP
CREATE TABLE teams (id bigserial PRIMARY KEY, name text NOT NULL);
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, age int CHECK (age > 0), team bigint REFERENCES teams,
  boss bigint REFERENCES users);
CREATE TABLE visits (who int, day date, shop text, PRIMARY KEY (who, day, shop), mark uuid NOT NULL DEFAULT gen_random_uuid());
CREATE INDEX users_age ON users (age);
`

interface Ran {
  readonly code: number
  readonly output: string
}

function psql({ root, url }: Project, ...flags: string[]): Promise<Ran> {
  const args = ['-X', '-q', ...flags, '-f', join(root, 'change.sql'), '-d', url]
  return new Promise((resolve) => {
    execFile('/usr/lib/postgresql/15/bin/psql', args, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr }),
    )
  })
}

test('the script of two schemas leads psql through both phases, and goes on from a step that failed', {
  timeout: 120_000,
}, async () => {
  const wanted = await server.project({ '001_after.sql': after })
  const project = await server.project({ '001_before.sql': before })
  await wanted.up()
  await project.up()
  await project.query(`INSERT INTO teams (name) SELECT 't' || i FROM generate_series(1, 10) i;
    INSERT INTO users SELECT i * 7, nullif('e' || i, 'e9000'), i % 90 + 1, i % 10 + 1, CASE WHEN i > 1 THEN 7 END, 'x' FROM generate_series(1, 12000) i;
    INSERT INTO visits SELECT i % 3, '2026-01-01'::date + i % 40, 's' || i FROM generate_series(1, 12000) i`)

  const script = await project.ok('db', 'schema', 'diff', wanted.url, project.url, '--sql', '--online')
  expect(script).not.toContain('Not proven')
  expect(script).not.toContain('There is no known way')
  writeFileSync(join(project.root, 'change.sql'), script)

  const failed = await psql(project)
  expect(failed.output).toContain('rows of users break NOT NULL of email')
  expect(failed.code).toBe(3)
  const [, step = ''] = /Step (\d+) of \d+: [^\n]*\n[^\n]*rows of users break/.exec(failed.output) ?? []
  await project.query("UPDATE users SET email = 'e9000' WHERE email IS NULL")
  const expanded = await psql(project, '-v', `step=${step}`)
  expect([expanded.code, expanded.output]).toEqual([0, expect.stringContaining(`Step ${step} of`)])
  expect(expanded.output).not.toContain(`Step ${Number(step) - 1} of`)

  // Both releases write meanwhile: the old one fills in what goes, the new one does not.
  await project.query(`INSERT INTO users VALUES (1, 'old', 5, 1, 7, 'x');
    INSERT INTO users (id, email, age, team, boss) VALUES (2, 'new', 5, 1, 7); UPDATE users SET boss = 1 WHERE id = 2`)
  expect(await psql(project, '-v', 'contract=1')).toMatchObject({ code: 0 })

  expect(await project.ok('db', 'schema', 'diff', wanted.url, project.url, '--exit-code')).toContain('No differences')
  expect(
    await project.query('SELECT count(*)::int, count(boss)::int, sum(id)::int, sum(team)::int FROM users'),
  ).toEqual([[12002, 12001, 504_042_003, 66_002]])
  expect(await project.query('SELECT count(DISTINCT mark)::int FROM visits')).toEqual([[12000]])
  expect(await project.query("SELECT nextval('teams_id_seq')::int")).toEqual([[11]])
})

test('--online without --sql leads to the command that was meant', async () => {
  const project = await server.project({})
  const refused = await project.nself('db', 'schema', 'diff', 'staging', '--online')
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringContaining('nself db schema diff staging --sql --online'),
  ])
})
