import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const both = (up: string, down: string) => `-- UP\n${up}\n-- DOWN\n${down}\n`

function writeSettings({ root }: Project, text: string): void {
  mkdirSync(join(root, 'nself', 'config'), { recursive: true })
  writeFileSync(join(root, 'nself', 'config', 'check.json'), text)
}

test('tells what pending migrations lock and break, at the levels that the project sets, and fails from them on', async () => {
  const project = await server.project({
    '001_a.sql': both('CREATE TABLE a (id bigint PRIMARY KEY, n text);', 'DROP TABLE a;'),
  })
  await project.up()
  project.write({
    '002_b.sql': both(
      'CREATE INDEX a_n ON a (n);\nCREATE TABLE b (id serial PRIMARY KEY);',
      'DROP TABLE b;\nDROP INDEX a_n;',
    ),
    '003_c.sql': `-- nself: allow lint/ban-drop-column because nobody reads it\n-- nself: allow lint/json-column because it was\n${both('ALTER TABLE a DROP COLUMN n;', 'ALTER TABLE a ADD COLUMN n text;')}`,
  })
  const args = ['db', 'check', '--only', 'lint']
  const usual = await project.nself(...args)
  expect(usual.code).toBe(0)
  expect(usual.stdout).toContain(
    '     2  warning  nobody can write to a while this index is built  lint/require-concurrent-index-creation\n' +
      '        CREATE INDEX a_n ON a (n);\n' +
      '        Next: CREATE INDEX CONCURRENTLY, in a migration of its own\n',
  )
  expect(usual.stdout).toContain('in DOWN: DROP INDEX waits for all that use a')
  expect(usual.stdout).toContain('it allows lint/json-column, which finds nothing in it')
  expect(usual.stdout).not.toContain('lint/ban-drop-column')
  project.write({ '003_c.sql': both('ALTER TABLE a DROP COLUMN n;', 'ALTER TABLE a ADD COLUMN n text;') })
  expect((await project.nself(...args)).stdout).toContain('lint/ban-drop-column')
  project.write({
    '003_c.sql': `-- nself: phase contract\n${both('ALTER TABLE a DROP COLUMN n;', 'ALTER TABLE a ADD COLUMN n text;')}`,
  })
  expect((await project.nself(...args)).stdout).not.toContain('lint/ban-drop-column')
  writeSettings(
    project,
    JSON.stringify({
      $schema: '../../node_modules/nself/schemas/check.json',
      rules: { 'lint/require-concurrent-index-creation': 'error', 'lint/prefer-identity': 'off' },
    }),
  )
  const strict = await project.nself(...args, '--format', 'github')
  expect(strict.code).toBe(6)
  expect(strict.stdout).toMatch(
    /^::error file=nself\/migrations\/002_b\.sql,line=2,col=1,title=CREATE INDEX blocks writes/m,
  )
  expect(strict.stdout).not.toContain('lint/prefer-identity')
  writeSettings(project, '{ "rules": { "lint/json-colum": "off" } }')
  const wrong = await project.nself(...args)
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('did you mean lint/json-column?')])
})

test('a file that cannot be read is a finding, and the others are checked all the same', async () => {
  const project = await server.project({
    '001_a.sql': both('CREATE TABLE a (id bigint PRIMARY KEY);', 'DROP TABLE a;'),
    '002_b.sql': both("INSERT INTO a VALUES ('1);", 'DELETE FROM a;'),
    '003_c.sql': both('CREATE TABLE c (j json);', 'DROP TABL c;'),
  })
  for (const scope of [[], ['--all']]) {
    const { code, stdout } = await project.nself('db', 'check', ...scope, '--format', 'json')
    const { result } = JSON.parse(stdout)
    const found = result.findings.map(
      ({ rule, place }: { rule: string; place: { path: string; line: number } }) =>
        `${place.path}:${place.line} ${rule}`,
    )
    expect(found).toEqual([
      'nself/migrations/002_b.sql:2 parse/file',
      'nself/migrations/003_c.sql:4 parse/syntax',
      'nself/migrations/003_c.sql:2 lint/json-column',
    ])
    expect(result.parts.find(({ part }: { part: string }) => part === 'proof')).toEqual({
      part: 'proof',
      outcome: 'incomplete',
      reason: 'nself/migrations/002_b.sql cannot be read, so nothing from there on was checked',
    })
    expect([code, result.proven]).toEqual([6, ['001_a']])
  }
  const up = await project.nself('db', 'migrate', 'up')
  expect([up.code, up.stderr]).toEqual([2, expect.stringContaining('002_b.sql:2')])
})
