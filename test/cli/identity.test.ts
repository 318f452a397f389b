import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const table = (name: string) => `-- UP\nCREATE TABLE ${name} (id int);\n-- DOWN\nDROP TABLE ${name};\n`
const migrate = (project: Project, ...args: string[]) => project.nself('db', 'migrate', ...args)
const up = (project: Project) => project.ok('db', 'migrate', 'up')
const names = async (project: Project) =>
  (await project.query('SELECT name FROM nself.migrations ORDER BY version')).flat()

describe('the same number and another name, as on another branch', () => {
  test('are two migrations: up names both, and nothing of one is done for the other', async () => {
    const project = await server.project({ '001_a.sql': table('a'), '002_theirs.sql': table('theirs') })
    await up(project)
    project.write({ '002_theirs.sql': null, '002_ours.sql': table('ours') })
    expect(await project.statuses()).toEqual(['001_a applied', '002_ours pending', '002_theirs missing'])
    const refused = await migrate(project, 'up')
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('002_ours is pending, but its number is that of 002_theirs')
    expect((await migrate(project, 'status')).stderr).toContain('repair --renumber 002_ours')
    expect((await migrate(project, 'repair', '--accept', '2')).code).toBe(2)
    expect((await migrate(project, 'repair', '--mark-applied', '2')).code).toBe(2)
    const reverted = await migrate(project, 'down')
    expect(reverted.stderr).toContain('002_theirs is reverted by the DOWN that was stored when it was applied')
    expect(await project.tables()).toEqual(['a'])
    await up(project)
    expect(await project.tables()).toEqual(['a', 'ours'])
  })
})

test('sync gets back to a branch from before its file was renumbered for a merge, and to the merge again', async () => {
  const project = await server.project({
    '001_a.sql': table('a'),
    '002_theirs.sql': table('theirs'),
    '003_ours.sql': table('ours'),
  })
  await up(project)
  project.write({ '002_theirs.sql': null, '003_ours.sql': null, '002_ours.sql': table('ours') })
  const { stderr } = await migrate(project, 'status')
  expect(stderr).toContain('002_ours is pending, but its number is that of 002_theirs')
  expect(stderr).not.toContain('--renamed')
  await project.ok('db', 'migrate', 'sync', '--yes')
  expect(await project.statuses()).toEqual(['001_a applied', '002_ours applied'])
  project.write({ '002_theirs.sql': table('theirs'), '002_ours.sql': null, '003_ours.sql': table('ours') })
  expect((await migrate(project, 'sync')).stderr).toContain('repair --renamed 2=3')
  await project.ok('db', 'migrate', 'repair', '--renamed', '2=3')
  await project.ok('db', 'migrate', 'sync', '--yes')
  expect(await project.statuses()).toEqual(['001_a applied', '002_theirs applied', '003_ours applied'])
})

describe('a renamed file', () => {
  test('of the same number and text is the same migration, and its row takes the new name', async () => {
    const project = await server.project({ '001_a.sql': table('a'), '002_b.sql': table('b') })
    await up(project)
    project.write({ '001_a.sql': null, '01_first.sql': table('a'), '003_c.sql': table('c') })
    expect(await project.statuses()).toEqual(['01_first applied', '002_b applied', '003_c pending'])
    await up(project)
    expect(await names(project)).toEqual(['01_first', '002_b', '003_c'])
  })

  test('of another number is not run a second time; --renamed records it', async () => {
    const project = await server.project({
      '001_a.sql': 'CREATE TABLE a (n int);',
      '002_double.sql': 'INSERT INTO a VALUES (1);',
    })
    await up(project)
    project.write({ '002_double.sql': null, '003_double.sql': '-- again\nINSERT INTO a  VALUES (1);' })
    const refused = await migrate(project, 'up')
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('repair --renamed 2=3')
    expect((await migrate(project, 'status')).stdout).toContain('repair --renamed 002_double=003_double')
    expect(await project.ok('db', 'migrate', 'repair')).toContain('--renamed 2=3')
    expect((await migrate(project, 'repair', '--renamed', '1=3')).code).toBe(2)
    await project.ok('db', 'migrate', 'repair', '--renamed', '002=003')
    expect(await project.statuses()).toEqual(['001_a applied', '003_double applied'])
    expect(await project.query('SELECT count(*)::int FROM a')).toEqual([[1]])
    await project.query('DELETE FROM nself.migrations')
    await project.ok('db', 'migrate', 'repair', '--rebuild')
    expect(await names(project)).toEqual(['001_a', '003_double'])
  })

  test('of another number runs where it says that it may', async () => {
    const project = await server.project({
      '001_a.sql': 'CREATE TABLE a (n int);',
      '002_double.sql': 'INSERT INTO a VALUES (1);',
    })
    await up(project)
    project.write({
      '002_double.sql': null,
      '003_double.sql': '-- nself: allow same-text because two rows are wanted\nINSERT INTO a VALUES (1);',
    })
    await up(project)
    expect(await project.query('SELECT count(*)::int FROM a')).toEqual([[2]])
  })
})

describe('an edited file', () => {
  test('is one only where the server would see another text', async () => {
    const project = await server.project({ '001_a.sql': table('a') })
    await up(project)
    project.write({ '001_a.sql': `-- Why.\n${table('a').replace('CREATE TABLE a (', '/* a */\n\nCREATE  TABLE a (')}` })
    expect(await project.statuses()).toEqual(['001_a applied'])
    await up(project)
    project.write({ '001_a.sql': table('a').replace('int', 'bigint') })
    expect(await project.statuses()).toEqual(['001_a edited'])
  })

  test('is reverted by the DOWN that was stored, and one with a new DOWN by that', async () => {
    const project = await server.project({ '001_a.sql': table('a'), '002_b.sql': table('b') })
    await up(project)
    project.write({
      '001_a.sql': '-- UP\nCREATE TABLE other (id int);\n-- DOWN\nDROP TABLE other;\n',
      '002_b.sql': table('b').replace('DROP TABLE b', 'DROP TABLE public.b'),
    })
    const { code, stderr } = await migrate(project, 'down', '2')
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('001_a is reverted by the DOWN that was stored when it was applied')
    expect(stderr).toContain('002_b is reverted by the DOWN of its file, which has changed since it was applied')
    expect(await project.tables()).toEqual([])
  })
})

describe('an UP without a statement', () => {
  test('stops up before anything runs, and one that says so does nothing', async () => {
    const project = await server.project({
      '001_a.sql': table('a'),
      '002_b.sql': '-- UP\n-- later\n',
      '003_c.sql': table('c'),
    })
    const { code, stderr } = await migrate(project, 'up')
    expect(code).toBe(2)
    expect(stderr).toContain('002_b.sql has no statement in UP')
    expect(await project.statuses()).toEqual(['001_a pending', '002_b empty', '003_c pending'])
    project.write({ '002_b.sql': '-- UP\n-- nself: nothing-to-do\n-- DOWN\n-- nself: nothing-to-do\n' })
    await up(project)
    await project.ok('db', 'migrate', 'down', '3')
    expect(await project.tables()).toEqual([])
  })
})

test('two files of one number stop up, which says which is applied; status still shows', async () => {
  const project = await server.project({ '001_a.sql': table('a'), '002_b.sql': table('b') })
  await up(project)
  project.write({ '002_aa.sql': table('aa') })
  const refused = await migrate(project, 'up')
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('002_b is applied, 002_aa is not')
  expect(refused.stderr).toContain('repair --renumber 002_aa')
  expect(await project.statuses()).toEqual(['001_a applied', '002_aa pending', '002_b applied'])
})

test('of two files of one number the applied one can make room for the one that a merge has brought', async () => {
  const project = await server.project({ '001_a.sql': table('a'), '002_b.sql': table('b') })
  await up(project)
  project.write({ '002_merged.sql': table('merged') })
  const refused = await migrate(project, 'up')
  expect(refused.stderr).toMatch(/no other branch has 002_b, .*: nself db migrate repair --renumber 002_b$/m)
  const told = await migrate(project, 'repair', '--renumber', '002_b')
  const [, renamed = ''] = /repair --renamed ([^\s;]+)/.exec(told.stderr) ?? []
  expect(renamed).toBe('002_b=003_b')
  project.write({ '002_b.sql': null, '003_b.sql': table('b') })
  await project.ok('db', 'migrate', 'repair', '--renamed', renamed, '--yes')
  await project.ok('db', 'migrate', 'up', '--allow-out-of-order')
  expect(await project.statuses()).toEqual(['001_a applied', '002_merged applied', '003_b applied'])
})

test('a trigger that keeps rows out of the history stops the migration, of which nothing is left', async () => {
  const project = await server.project({
    '001_a.sql': table('a'),
    '002_b.sql': table('b'),
    '003_c.sql': `-- nself: no-transaction\n${'CREATE TABLE c (id int);'}`,
  })
  await project.ok('db', 'migrate', 'up', '1')
  await project.query(`CREATE FUNCTION public.swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER swallow BEFORE INSERT ON nself.migrations FOR EACH ROW EXECUTE FUNCTION public.swallow()`)
  const { code, stderr } = await migrate(project, 'up')
  expect(code, stderr).toBe(3)
  expect(stderr).toContain('nself.migrations took no row for 002_b')
  expect(await project.tables()).toEqual(['a'])
  project.write({ '002_b.sql': null })
  const outside = await migrate(project, 'up')
  expect(outside.code, outside.stderr).toBe(3)
  expect(await project.tables()).toEqual(['a'])
})

describe('the mark of the environment', () => {
  const mark = (project: Project) => project.query("SELECT value FROM nself.metadata WHERE key = 'environment'")
  const production = ['--env', 'production', '--yes', '--no-backup']

  test('is raised by the first up of a stricter one, once that is confirmed, and never by status', async () => {
    const project = await server.project({ '001_a.sql': table('a') })
    await up(project)
    project.write({ '002_b.sql': table('b') })
    await project.ok('db', 'migrate', 'status', '--env', 'production')
    expect((await migrate(project, 'up', '--env', 'production', '--no-backup')).code).toBe(3)
    expect(await mark(project)).toEqual([['local']])
    const { stderr } = await migrate(project, 'up', ...production)
    expect(stderr).toContain('was marked local; it is now marked production')
    expect(await mark(project)).toEqual([['production']])
    expect((await migrate(project, 'fresh')).code).toBe(3)
  })

  test('is raised too where there is nothing to apply', async () => {
    const project = await server.project({ '001_a.sql': table('a') })
    await up(project)
    await project.ok('db', 'migrate', 'up', ...production)
    expect(await mark(project)).toEqual([['production']])
  })
})

test('the branch of git from which a migration was applied is told where its file is missing', async () => {
  const project = await server.project({
    '001_a.sql': table('a'),
    '002_b.sql': '-- UP\n-- nself: no-transaction\nCREATE TABLE b (id int);\n',
  })
  mkdirSync(join(project.root, '.git'))
  const checkOut = (branch: string) => writeFileSync(join(project.root, '.git', 'HEAD'), `ref: refs/heads/${branch}\n`)
  checkOut("feature/it's")
  await up(project)
  checkOut('main')
  project.write({ '001_a.sql': null, '002_b.sql': null, '002_ours.sql': table('ours'), '003_c.sql': table('c') })
  const { stdout, stderr } = await migrate(project, 'status')
  expect(stdout.match(/Missing .* applied from feature\/it's/g)).toHaveLength(2)
  expect(stderr).toContain("the file of 002_b is not here; applied from feature/it's.")
  project.write({ '002_ours.sql': null })
  expect((await migrate(project, 'up')).stderr).toContain('its file is missing here; applied from feature/it')
  expect(await project.query('SELECT name, branch FROM nself.migrations ORDER BY 1')).toEqual([
    ['001_a', "feature/it's"],
    ['002_b', "feature/it's"],
    ['003_c', 'main'],
  ])
})
