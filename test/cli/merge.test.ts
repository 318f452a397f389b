import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { check as runCheck } from '../../src/commands/db/check.ts'
import { contextIn } from '../helpers/context.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const both = (up: string) => `-- UP\n${up}\n-- DOWN\n-- nself: nothing-to-do\n`
const options = { on: null, parts: ['merge'], failOn: 'error', format: 'human', report: null } as const

type Files = Record<string, string | null>

const gitAt = (root: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: root, stdio: 'pipe' }).toString()

/** A repository whose main has gone on since the branch that is checked out began. */
async function branched(common: Record<string, string>, there: Files, here: Files): Promise<Project> {
  const project = await server.project(common)
  const git = (...args: string[]) => gitAt(project.root, ...args)
  git('init', '-q', '-b', 'main')
  git('add', '.')
  git('commit', '-qm', 'common')
  git('branch', 'mine')
  project.write(there)
  git('add', '-A', '.')
  git('commit', '-qm', 'there', '--allow-empty')
  git('checkout', '-q', 'mine')
  project.write(here)
  return project
}

async function merge(project: Project) {
  const scope = { kind: 'all' } as const
  const { findings, parts } = await runCheck(contextIn(project), { ...options, scope, base: 'main' })
  const found = findings.map(({ rule, migration, place, message, instead, evidence }) => ({
    line: `${migration}:${place.line} ${rule}`,
    message,
    instead,
    evidence,
  }))
  return { found, lines: found.map(({ line }) => line).sort(), merge: parts.find(({ part }) => part === 'merge') }
}

const common = {
  '001_a.sql': both('CREATE TABLE a (id int);'),
  '002_b.sql': both('CREATE TABLE b (id int);'),
}

describe('db check --base', () => {
  test('tells numbers that both sides took, lower numbers, and files that are edited, gone, renamed or needed', async () => {
    const project = await branched(
      {
        ...common,
        '003_c.sql': both('CREATE TABLE c ();'),
        '004_d.sql': both('CREATE TABLE d ();'),
        '005_e.sql': both('CREATE TABLE e ();'),
      },
      { '010_theirs.sql': both('CREATE TABLE theirs ();'), '005_e.sql': null },
      {
        '010_mine.sql': both('CREATE TABLE mine ();'),
        '007_low.sql': both('CREATE TABLE low ();'),
        '001_a.sql': both('CREATE TABLE a (id bigint);'),
        '002_b.sql': `-- a comment is no change\n${common['002_b.sql']}`,
        '003_c.sql': null,
        '004_d.sql': null,
        '006_d.sql': both('CREATE TABLE d ();'),
        '011_needs.sql': `-- depends_on: 005_e\n${both('CREATE TABLE needs ();')}`,
      },
    )
    const { lines, found, merge: outcome } = await merge(project)
    expect(lines).toEqual([
      '001_a:2 merge/edited-file',
      '003_c:2 merge/deleted-file',
      '004_d:2 merge/deleted-file',
      '006_d:2 merge/older-number',
      '007_low:2 merge/older-number',
      '010_mine:2 merge/same-number',
      '011_needs:3 merge/missing-dependency',
    ])
    expect(found.find(({ line }) => line.startsWith('004_d'))?.message).toContain('it is called 006_d here')
    expect(outcome).toMatchObject({ outcome: 'incomplete', reason: expect.stringContaining('011_needs') })
    expect(found.some(({ instead }) => instead.includes('--renumber'))).toBe(false)
  })

  test('proposes a new number where both orders make the same schema', async () => {
    const project = await branched(
      common,
      { '003_theirs.sql': both('ALTER TABLE a ADD COLUMN t text;') },
      { '003_mine.sql': both('ALTER TABLE a ADD COLUMN m text;') },
    )
    const { found, merge: outcome } = await merge(project)
    expect(found).toEqual([
      {
        line: '003_mine:2 merge/same-number',
        message: '003_theirs of main has the same number',
        instead: 'give it the next number: nself db migrate repair --renumber 003_mine',
        evidence: [],
      },
    ])
    expect(outcome?.outcome).toBe('done')
  })

  test('shows how the schemas differ where the order matters, and proposes no new number', async () => {
    const project = await branched(
      common,
      { '003_theirs.sql': both('ALTER TABLE a ALTER COLUMN id TYPE varchar(10);') },
      { '004_mine.sql': both('ALTER TABLE a ALTER COLUMN id TYPE text;'), '003_low.sql': both('SELECT 1;') },
    )
    const { found } = await merge(project)
    expect(
      found.find(({ line }) => line === '004_mine:2 merge/order-matters' || line === '003_low:2 merge/order-matters'),
    ).toMatchObject({
      evidence: ['column a.id: type is text if those of main come first, character varying(10) if yours do'],
    })
    expect(found.some(({ instead }) => instead.includes('--renumber'))).toBe(false)
  })

  test('names the statement that fails in one of the orders', async () => {
    const project = await branched(
      common,
      { '003_theirs.sql': both('ALTER TABLE a RENAME TO z;') },
      { '004_mine.sql': both('CREATE TABLE fine ();\nALTER TABLE a ADD COLUMN m text;') },
    )
    const { found } = await merge(project)
    expect(found).toMatchObject([
      {
        line: '004_mine:3 merge/order-fails',
        message: '004_mine does not run after 003_theirs: relation "a" does not exist',
      },
    ])
    expect(await project.query("SELECT datname FROM pg_database WHERE datname LIKE '%scratch%'")).toEqual([])
  })

  test('says what is missing: a branch, a repository, the history of a shallow clone', async () => {
    const project = await branched(common, { '003_c.sql': both('CREATE TABLE c ();') }, {})
    const args = ['db', 'check', '--all', '--only', 'merge', '--base']
    const unknown = await project.nself(...args, 'nowhere')
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('how the migrations differ from nowhere'),
    ])
    gitAt(project.root, 'add', '.')
    gitAt(project.root, 'clone', '-q', '--depth', '1', '--branch', 'mine', `file://${project.root}`, 'clone')
    gitAt(join(project.root, 'clone'), 'fetch', '-q', '--depth', '1', 'origin', 'main')
    const shallow = await project.run([...args, 'FETCH_HEAD'], {
      env: { NSELF_MIGRATIONS_DIR: join(project.root, 'clone', 'nself', 'migrations') },
    })
    expect([shallow.code, shallow.stderr]).toEqual([2, expect.stringContaining('git fetch --unshallow origin')])
    const outside = await (await server.project(common)).nself(...args, 'main')
    expect([outside.code, outside.stderr]).toEqual([2, expect.stringContaining('in no git repository')])
    const unsaid = await project.nself('db', 'check', '--only', 'merge')
    expect([unsaid.code, unsaid.stderr]).toEqual([2, expect.stringContaining('nself db check --base origin/main')])
  })
})

test('status --base says what is new here, what is only there, and what contradicts', async () => {
  const project = await branched(
    common,
    { '003_theirs.sql': both('CREATE TABLE theirs ();') },
    { '003_mine.sql': both('CREATE TABLE mine ();') },
  )
  await project.ok('db', 'migrate', 'up')
  const { code, stdout } = await project.nself('db', 'migrate', 'status', '--base', 'main', '--check')
  expect(stdout).toContain(
    'Compared with main\nNew here: 003_mine\nOnly on main: 003_theirs\n003_mine: 003_theirs of main has the same number\nNext: nself db check --base main --only merge',
  )
  expect(code).toBe(6)
})
