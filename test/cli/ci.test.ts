import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorAnnotation } from '../../src/cli/ci/annotations.ts'
import { LogSection } from '../../src/cli/ci/log-section.ts'
import { failureSummary, summaryOf } from '../../src/cli/ci/summary.ts'
import { inWorkflowLog, workflowCommand } from '../../src/cli/render/workflow-command.ts'
import { NselfError } from '../../src/core/errors.ts'
import { ciOf } from '../../src/project/ci.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()

const good = { '001_a.sql': '-- UP\nCREATE TABLE a (id int);\n-- DOWN\nDROP TABLE a;\n' }

test.each([
  [{}, null],
  [{ CI: 'false' }, null],
  [{ CI: 'true' }, { kind: 'other', summary: null, workspace: null }],
  [
    { CI: '1', GITLAB_CI: 'true', CI_PROJECT_DIR: '/b' },
    { kind: 'gitlab', summary: null, workspace: '/b' },
  ],
  [
    { CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: '/w', GITHUB_STEP_SUMMARY: '/s' },
    { kind: 'github', summary: '/s', workspace: '/w' },
  ],
])('the environment %j tells which CI system it is', (env, ci) => {
  expect(ciOf(env)).toEqual(ci)
})

test("a workflow command keeps each part in its place: what GitHub's log cuts at is escaped", () => {
  const place = { title: 'a: b, c', file: 'x,y:1.sql', line: 3, col: 2 }
  expect(workflowCommand('error', place, '50% done: a,\r\nb')).toBe(
    '::error file=x%2Cy%3A1.sql,line=3,col=2,title=a%3A b%2C c::50%25 done: a,%0D%0Ab',
  )
})

test('a warning is one of the log, and what looks like a command of the log in a text of others is none', () => {
  expect(inWorkflowLog('Warning: drift\nin two lines')).toBe('::warning title=nself::drift%0Ain two lines')
  const notice = 'NOTICE: x\n::add-mask::y\n  ::error::z\n##[group]a'
  expect(inWorkflowLog(notice)).toBe('NOTICE: x\n| ::add-mask::y\n|   ::error::z\n| ##[group]a')
})

test('an error without a place in a file is told without one', () => {
  const error = new NselfError('connection', 'no answer', { hint: 'look' })
  expect(errorAnnotation(error, (path) => path)).toBe('::error title=nself%3A connection::no answer%0ANext: look')
})

test('names and messages are no markup in a summary', () => {
  const steps = [{ name: '001_a|b', version: '1', direction: 'up', outcome: 'done' }] as const
  const summary = summaryOf({ kind: 'run', action: 'up', steps, database: 'h/<b>', durationMs: 3 })
  expect(summary).toContain('### nself: h/\\<b\\>')
  expect(summary).toContain('| 001\\_a\\|b | ✅ done |  |')
  const location = { path: 'a.sql', line: 1, column: 1, excerpt: 'SELECT ```x```', caret: 1 }
  expect(failureSummary(new NselfError('migration-failed', 'bad\n# thing', { location }))).toContain(
    '### ❌ nself: bad # thing\n\n````sql\na.sql:1\nSELECT ```x```\n````',
  )
})

test("a section of GitLab's log is opened once and closed", () => {
  const written: string[] = []
  const section = new LogSection(
    (text) => written.push(text),
    () => 1_700_000_000_999,
  )
  for (const step of ['open', 'open', 'close', 'close'] as const) section[step]()
  expect(written.map((text) => text.replaceAll(String(process.pid), 'PID'))).toEqual([
    '\x1b[0Ksection_start:1700000000:nself_PID\r\x1b[0Knself\n',
    '\x1b[0Ksection_end:1700000000:nself_PID\r\x1b[0K\n',
  ])
})

const inGithub = (project: Project) => ({
  GITHUB_ACTIONS: 'true',
  GITHUB_WORKSPACE: join(project.root, '..'),
  GITHUB_STEP_SUMMARY: join(project.root, 'summary.md'),
})

test('in GitHub a failure stands beside its file, and the summary of the job tells what became of each migration', async () => {
  const project = await server.project({ ...good, '002_b.sql': '-- UP\nSELECT 1;\nALTER TABLE nothing ADD x int;\n' })
  const failed = await project.run(['db', 'migrate', 'up', '--json'], { env: inGithub(project) })
  const folder = project.root.split('/').at(-1)
  expect(failed.code).toBe(4)
  expect(failed.stderr).toContain(
    `::error file=${folder}/nself/migrations/002_b.sql,line=3,col=1,title=nself%3A migration failed::`,
  )
  expect(JSON.parse(failed.stdout)).toMatchObject({ ok: false, error: { code: 'migration-failed' } })
  const summary = readFileSync(join(project.root, 'summary.md'), 'utf8')
  expect(summary).toContain('| 001\\_a | ✅ done |')
  expect(summary).toContain('| 002\\_b | ❌ failed |')
})

test('in GitHub drift and states that stop the next run are warnings, and times in JSON are ISO 8601', async () => {
  const project = await server.project(good)
  await project.up()
  await project.query('CREATE TABLE by_hand (id int)')
  project.write({ '001_a.sql': '-- UP\nCREATE TABLE a (id bigint);\n' })
  const found = await project.run(['db', 'migrate', 'status', '--json'], { env: inGithub(project) })
  expect(found.stderr).toContain('::warning title=nself%3A edited::001_a is edited on ')
  const [applied] = JSON.parse(found.stdout).result.migrations
  expect(applied.appliedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+[+-]\d\d:\d\d$/)
  project.write(good)
  const drifted = await project.run(['db', 'migrate', 'status', '--drift'], { env: inGithub(project) })
  expect(drifted.stderr).toMatch(/::warning title=nself%3A drift::.*differs from what its migrations produce.*by_hand/)
  expect(readFileSync(join(project.root, 'summary.md'), 'utf8')).toContain('⚠️ Drift: 1 difference.')
})

test('a summary that cannot be written is told, and the command does what it was asked to', async () => {
  const project = await server.project(good)
  const env = { ...inGithub(project), GITHUB_STEP_SUMMARY: join(project.root, 'no', 'summary.md') }
  const { code, stderr } = await project.run(['db', 'migrate', 'up'], { env })
  expect([code, stderr]).toEqual([0, expect.stringContaining('the summary of the job cannot be written')])
})

test("what a command says on its way is a section of GitLab's log, and the error stands outside", async () => {
  const project = await server.project({ ...good, '002_b.sql': '-- UP\nSELECT 1/0;\n' })
  const { stderr } = await project.run(['db', 'migrate', 'up'], { env: { GITLAB_CI: 'true', CI: 'true' } })
  const shown = stderr
    .replaceAll('\x1b', 'ESC')
    .replace(/(:)\d+(:nself_)\d+/g, '$1N$2N')
    .replace(/ to .* on .*\(/, ' to DATABASE (')
    .replace(/ +\d+ ms/, ' N ms')
  expect(shown).toContain(
    'ESC[0Ksection_start:N:nself_N\rESC[0Knself\nApplying 2 migrations to DATABASE (local)\n✓ 001_a N ms\n✗ 002_b   rolled back\nESC[0Ksection_end:N:nself_N\rESC[0K\n',
  )
  expect(stderr.indexOf('Error:')).toBeGreaterThan(stderr.indexOf('section_end'))
})
