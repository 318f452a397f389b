import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { keys, startAtTerminal } from '../helpers/cli.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const table = (name: string) => `-- UP\nCREATE TABLE ${name} (id int);\n-- DOWN\nDROP TABLE ${name};\n`
const repair = (project: Project, ...args: string[]) => project.nself('db', 'migrate', 'repair', ...args)
const repaired = (project: Project, ...args: string[]) => project.ok('db', 'migrate', 'repair', ...args)
const up = (project: Project) => project.ok('db', 'migrate', 'up')
const rows = (project: Project) =>
  project.query('SELECT name, state, checksum, down_sql FROM nself.migrations ORDER BY position')
const journal = async (project: Project) =>
  (await project.query("SELECT action || ' ' || coalesce(name, '') FROM nself.journal ORDER BY id")).flat()

describe('the verbs about versions', () => {
  test('--accept takes an edited file, DOWN and all, and runs nothing', async () => {
    const project = await server.project({ '001_a.sql': table('a'), '002_b.sql': table('b') })
    await up(project)
    const [, second] = await rows(project)
    project.write({ '001_a.sql': table('a').replace('int', 'bigint').replace('DROP TABLE a', 'DROP TABLE public.a') })
    expect(await repaired(project)).toContain('--accept 1')
    await repaired(project, '--accept', '001')
    expect(await project.statuses()).toEqual(['001_a applied', '002_b applied'])
    expect((await rows(project))[1]).toEqual(second)
    expect(await project.query("SELECT data_type FROM information_schema.columns WHERE table_name = 'a'")).toEqual([
      ['integer'],
    ])
    expect((await journal(project)).at(-1)).toBe('accept 001_a')
    expect((await repair(project, '--accept', '002')).code).toBe(2)
    await project.ok('db', 'migrate', 'down', '2')
    expect(await project.tables()).toEqual([])
  })

  test('--forget ends a down whose table somebody has dropped by hand, as the failure tells', async () => {
    const project = await server.project({ '001_a.sql': table('a') })
    await up(project)
    await project.query('DROP TABLE a')
    const { code, stderr } = await project.nself('db', 'migrate', 'down')
    expect(code, stderr).toBe(4)
    expect(stderr).toContain('nself db migrate repair --forget 1 records')
    expect(await repaired(project, '--forget', '1')).toContain('what it did stays in the database')
    await up(project)
    expect(await project.tables()).toEqual(['a'])
  })

  test('--mark-applied records a pending one, --forget removes a record, and neither runs SQL', async () => {
    const project = await server.project({ '001_a.sql': table('a'), '002_b.sql': table('b') })
    await repaired(project, '--mark-applied', '002')
    expect(await project.statuses()).toEqual(['001_a pending', '002_b applied'])
    expect(await project.tables()).toEqual([])
    expect((await repair(project, '--mark-applied', '2')).code).toBe(2)
    await repaired(project, '--forget', '2')
    expect(await project.statuses()).toEqual(['001_a pending', '002_b pending'])
    expect((await repair(project, '--forget', '2')).code).toBe(2)
    await up(project)
    await repaired(project, '--forget', '2')
    expect(await project.tables()).toEqual(['a', 'b'])
    expect(await journal(project)).toEqual([
      'mark-applied 002_b',
      'forget 002_b',
      'up 001_a',
      'up 002_b',
      'forget 002_b',
    ])
  })

  test('--baseline records an existing database up to a version', async () => {
    const project = await server.project({ '001_a.sql': table('a'), '002_b.sql': table('b'), '003_c.sql': table('c') })
    await project.query('CREATE TABLE a (id int); CREATE TABLE b (id int)')
    await repaired(project, '--baseline', '002')
    expect(await project.statuses()).toEqual(['001_a applied', '002_b applied', '003_c pending'])
    await up(project)
    await project.ok('db', 'migrate', 'down', '--to', '0')
    expect(await project.tables()).toEqual([])
    expect((await repair(project, '--baseline', '9')).code).toBe(2)
  })

  test('the row of a file that is not here is never offered', async () => {
    const project = await server.project({ '001_a.sql': table('a'), '002_b.sql': table('b') })
    await up(project)
    project.write({ '002_b.sql': null })
    expect(await repaired(project)).toContain('Nothing to repair')
    expect(await project.statuses()).toEqual(['001_a applied', '002_b missing'])
  })
})

describe('a lost tracking table', () => {
  test('is not made again where the journal is lost too', async () => {
    const project = await server.project({ '001_a.sql': table('a') })
    await up(project)
    await project.query('DROP SCHEMA nself CASCADE')
    const { code, stderr } = await project.nself('db', 'migrate', 'repair', '--rebuild')
    expect(code).toBe(3)
    expect(stderr).toContain('has no journal to rebuild from')
    expect(stderr).toContain('repair --infer')
  })

  test('is refused by up, and made again by --rebuild from the journal', async () => {
    const project = await server.project({ '001_a.sql': table('a'), '002_b.sql': table('b'), '003_c.sql': table('c') })
    await up(project)
    await project.ok('db', 'migrate', 'down')
    const before = await rows(project)
    await project.query('DROP TABLE nself.migrations')
    const refused = await project.nself('db', 'migrate', 'up')
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('repair --rebuild')
    expect((await project.nself('db', 'migrate', 'status')).stderr).toContain('repair --rebuild')
    expect(await repaired(project)).toContain('--rebuild')
    await repaired(project, '--rebuild')
    expect(await rows(project)).toEqual(before)
    expect(await project.statuses()).toEqual(['001_a applied', '002_b applied', '003_c pending'])
    await up(project)
    await project.ok('db', 'migrate', 'down', '--to', '0')
    expect(await project.tables()).toEqual([])
  })
})

describe('rows that somebody deleted', () => {
  const files = { '001_a.sql': table('a'), '002_b.sql': table('b'), '003_c.sql': table('c'), '004_d.sql': table('d') }

  test('stop up and down, are told by status, and come back to their places by --rebuild', async () => {
    const project = await server.project(files)
    await project.ok('db', 'migrate', 'up', '1')
    await project.ok('db', 'migrate', 'up', '--to', '4')
    const before = await rows(project)
    await project.query("DELETE FROM nself.migrations WHERE name IN ('002_b', '004_d')")
    for (const command of ['up', 'down']) {
      const { code, stderr } = await project.nself('db', 'migrate', command)
      expect(code).toBe(3)
      expect(stderr).toContain('the rows of 002_b, 004_d are gone from nself.migrations')
      expect(stderr).toContain('nself db migrate repair --rebuild')
    }
    const { stdout, stderr } = await project.nself('db', 'migrate', 'status')
    expect(stderr).toContain('nself db migrate repair --rebuild')
    expect(stdout).toContain('2 applied, 2 need attention')
    expect(await repaired(project)).toContain('--rebuild')
    await repaired(project, '--rebuild')
    expect(await rows(project)).toEqual(before)
    expect(await repaired(project)).toContain('Nothing to repair')
    expect(await project.ok('db', 'migrate', 'up')).toContain('up to date')
    await project.ok('db', 'migrate', 'down')
    expect(await project.tables()).toEqual(['a', 'b', 'c'])
  })

  test('by TRUNCATE come back before those of a later run', async () => {
    const project = await server.project({ '001_a.sql': table('a'), '002_b.sql': table('b') })
    await up(project)
    await project.query('TRUNCATE nself.migrations RESTART IDENTITY')
    expect((await project.nself('db', 'migrate', 'up')).code).toBe(3)
    await repaired(project, '--mark-applied', '2')
    await repaired(project, '--rebuild')
    project.write({ '003_c.sql': table('c') })
    await up(project)
    expect((await rows(project)).map(([name]) => name)).toEqual(['001_a', '002_b', '003_c'])
    await project.ok('db', 'migrate', 'down', '--to', '0')
    expect(await project.tables()).toEqual([])
  })

  test('are forgotten by --forget, and then run again', async () => {
    const project = await server.project({ '001_a.sql': table('a'), '002_b.sql': table('b') })
    await up(project)
    await project.query('DELETE FROM nself.migrations WHERE version = 2; DROP TABLE b')
    expect(await project.statuses()).toEqual(['001_a applied', '002_b lost'])
    await repaired(project, '--forget', '2')
    await up(project)
    expect(await project.tables()).toEqual(['a', 'b'])
  })

  test('are none where they went by down, --forget, --renamed or fresh', async () => {
    const project = await server.project(files)
    await up(project)
    await project.ok('db', 'migrate', 'down', '1')
    await repaired(project, '--forget', '3')
    project.write({ '002_b.sql': null, '005_b.sql': files['002_b.sql'] })
    await repaired(project, '--renamed', '2=5')
    project.write({ '002_e.sql': table('e') })
    expect(await project.statuses()).toEqual([
      '001_a applied',
      '002_e pending',
      '003_c pending',
      '004_d pending',
      '005_b applied',
    ])
    expect(await repaired(project)).toContain('Nothing to repair')
    await project.ok('db', 'migrate', 'fresh', '--yes')
    await project.ok('db', 'migrate', 'down', '--to', '1')
    expect(await project.statuses()).toEqual([
      '001_a applied',
      '002_e pending',
      '003_c pending',
      '004_d pending',
      '005_b pending',
    ])
  })
})

describe('a file that was applied empty and written later', () => {
  test('is to be forgotten, so that up runs it', async () => {
    const project = await server.project({ '001_a.sql': '-- UP\n-- nself: nothing-to-do\n' })
    await up(project)
    project.write({ '001_a.sql': table('a') })
    const refused = await project.nself('db', 'migrate', 'up', '--env', 'local')
    expect(refused.stderr).toContain(
      '001_a had no statement when applied: nself db migrate repair --env local --forget 1',
    )
    const shown = await repaired(project)
    expect(shown).toContain('repair --forget 1   (recommended)')
    await repaired(project, '--forget', '1')
    await up(project)
    expect(await project.tables()).toEqual(['a'])
  })
})

describe('an INVALID index', () => {
  test('is found and dropped, and a valid one is not', async () => {
    const project = await server.project({})
    await project.query('CREATE TABLE t AS SELECT 1 AS id FROM generate_series(1, 2); CREATE INDEX good ON t (id)')
    await expect(project.query('CREATE UNIQUE INDEX CONCURRENTLY "Bad one" ON t (id)')).rejects.toThrow()
    const shown = await repaired(project)
    expect(shown).toContain('--drop-invalid-index \'public."Bad one"\'')
    expect(shown).not.toContain('good')
    await repaired(project, '--drop-invalid-index', 'public."Bad one"')
    expect((await repair(project, '--drop-invalid-index', 'public.good')).code).toBe(2)
    expect(await project.query("SELECT relname FROM pg_class WHERE relname IN ('good', 'Bad one')")).toEqual([['good']])
    expect(await repaired(project)).toContain('Nothing to repair')
  })
})

describe('--renumber', () => {
  const at = (project: Project, name: string) => join(project.root, 'nself', 'migrations', name)

  test('gives a twin the next number, updates depends_on, and refuses what is applied', async () => {
    const project = await server.project({ '001_a.sql': table('a'), '002_b.sql': table('b') })
    await up(project)
    project.write({
      '002_twin.sql': table('twin'),
      '003_c.sql': '-- depends_on: 002_twin, 001\n-- 002_twin is named here too\nCREATE TABLE c (id int);\n',
    })
    expect((await project.nself('db', 'migrate', 'up')).code).toBe(2)
    expect((await repair(project, '--renumber', '2')).stderr).toContain('2 files: 002_b.sql, 002_twin.sql')
    const refused = await repair(project, '--renumber', '002_b')
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain(
      'mv nself/migrations/002_b.sql nself/migrations/004_b.sql && nself db migrate repair --renamed 002_b=004_b',
    )
    const told = await repaired(project, '--renumber', '002_twin')
    expect(told).toContain('004_twin.sql')
    expect(told).toContain('003_c.sql')
    expect(existsSync(at(project, '002_twin.sql'))).toBe(false)
    expect(readFileSync(at(project, '003_c.sql'), 'utf8')).toBe(
      '-- depends_on: 004_twin, 001\n-- 002_twin is named here too\nCREATE TABLE c (id int);\n',
    )
    await up(project)
    expect(await project.query('SELECT name FROM nself.migrations ORDER BY position')).toEqual([
      ['001_a'],
      ['002_b'],
      ['004_twin'],
      ['003_c'],
    ])
  })
})

describe('the guard', () => {
  test('wants y in staging and production, and --mark-environment moves the mark', async () => {
    const project = await server.project({ '001_a.sql': table('a') })
    await project.ok('db', 'migrate', 'up', '--env', 'production', '--yes', '--no-backup')
    const forget = ['--env', 'production', '--no-backup', '--forget', '1']
    const refused = await repair(project, ...forget)
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('--yes')
    expect(await repaired(project, '--env', 'production')).toContain('Nothing to repair')
    expect((await repair(project, '--env', 'staging', '--mark-environment', 'staging', '--yes')).code).toBe(3)
    expect((await repair(project, '--env', 'production', '--no-backup', '--mark-environment', 'staging')).code).toBe(3)
    await repaired(project, '--env', 'production', '--no-backup', '--mark-environment', 'staging', '--yes')
    expect(await project.query("SELECT value FROM nself.metadata WHERE key = 'environment'")).toEqual([['staging']])
    expect((await repair(project, '--env', 'staging', '--forget', '1')).code).toBe(3)
    expect((await rows(project)).length).toBe(1)
    await repaired(project, '--env', 'staging', '--forget', '1', '--yes')
    expect(await rows(project)).toEqual([])
  })
})

describe('at a terminal', () => {
  test('does what is ticked and nothing else; Enter alone and Ctrl-C do nothing', async () => {
    const project = await server.project({ '001_a.sql': table('a'), '002_b.sql': table('b') })
    await up(project)
    project.write({
      '001_a.sql': `${table('a')} `.replace('int', 'bigint'),
      '002_b.sql': table('b').replace('int', 'text'),
    })
    for (const [typed, status, after] of [
      [keys.enter, 0, ['001_a edited', '002_b edited']],
      [`${keys.space}${keys.ctrlC}`, 130, ['001_a edited', '002_b edited']],
      [`${keys.down}${keys.space}${keys.enter}`, 0, ['001_a edited', '002_b applied']],
    ] as const) {
      const terminal = project.atTerminal('db', 'migrate', 'repair')
      await terminal.shows('Up and Down move, Space selects, Enter applies what is selected, Ctrl-C cancels')
      await terminal.shows(
        '(better: undo the edit, or locally revert it and apply it again: nself db migrate redo 2 --env local)',
      )
      await terminal.shows('002_b was edited')
      terminal.type(typed)
      const { code, screen } = await terminal.finished
      expect(code, screen).toBe(status)
      expect(await project.statuses()).toEqual(after)
    }
  })

  test('asks nothing where stdout is no terminal, and shows what it found', async () => {
    const project = await server.project({ '001_a.sql': table('a') })
    await up(project)
    project.write({ '001_a.sql': table('a').replace('int', 'bigint') })
    const found = join(project.root, 'found')
    const terminal = startAtTerminal(project.root, ['db', 'migrate', 'repair'], { DATABASE_URL: project.url }, found)
    expect(await terminal.finished).toEqual({ code: 0, screen: '' })
    expect(readFileSync(found, 'utf8')).toContain('repair --accept 1')
    expect(await project.statuses()).toEqual(['001_a edited'])
  })
})
