import { describe, expect, test } from 'vitest'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const first = {
  '001_a.sql': '-- UP\nCREATE TABLE a (id int PRIMARY KEY, n text);\n',
  '002_b.sql': '-- UP\nCREATE TABLE b (id int PRIMARY KEY);\nCREATE VIEW v AS SELECT n FROM a;\n',
  '003_rows.sql': "-- UP\nINSERT INTO a VALUES (1, 'x');\n",
}
const files = { ...first, '004_c.sql': '-- UP\nALTER TABLE b ADD x int;\n' }
const drift = ['db', 'migrate', 'status', '--drift'] as const

async function applied(): Promise<Project> {
  const project = await server.project(files)
  await project.up()
  return project
}

describe('status --drift', () => {
  test('tells what differs from what the migrations make, and since which of them', async () => {
    const project = await server.project(first)
    await project.up()
    expect(await project.ok(...drift)).toMatch(/No drift|is what/i)
    await project.query('CREATE INDEX by_hand ON a (n); ALTER TABLE a ALTER n SET NOT NULL; DROP VIEW v')
    project.write({ '004_c.sql': files['004_c.sql'] })
    await project.ok('db', 'migrate', 'up')
    const text = await project.ok(...drift)
    expect(text).toContain('- Index: by_hand')
    expect(text).toContain('~ Column: a.n (different nullability)')
    expect(text).toContain('+ View: v')
    expect(text).toContain('003_rows')
    const { result } = JSON.parse(await project.ok(...drift, '--json'))
    expect(result.drift.differences).toHaveLength(3)
    expect((await project.nself(...drift, '--check')).code).toBe(6)
  })

  test('tells commands that keep the change as a migration, and one that reverts it', async () => {
    const project = await applied()
    await project.query('CREATE INDEX by_hand ON a (n)')
    const twin = await server.twin(project)
    const text = await project.ok(...drift)
    const keep = /to keep it: nself (.*) > change\.sql;/.exec(text)?.[1]?.split(' ') ?? []
    project.write({ '005_keep_changes.sql': `-- UP\n${await project.ok(...keep)}\n-- DOWN\nDROP INDEX by_hand;\n` })
    expect(text).toContain('nself db migrate create keep_changes; then, with its number: nself db migrate repair')
    await project.ok('db', 'migrate', 'repair', '--mark-applied', '5')
    expect(await project.ok(...drift)).toContain('No drift')
    const undo = /to undo it: nself (.*) \| nself (.*)$/m.exec(await twin.ok(...drift)) ?? []
    const input = await twin.ok(...(undo[1]?.split(' ') ?? []))
    expect((await twin.run(undo[2]?.split(' ') ?? [], { input })).code).toBe(0)
    expect(await twin.ok(...drift)).toContain('No drift')
  })

  test('finds none in the mark that minor releases put on columns for themselves', async () => {
    const project = await applied()
    const mark = (options: string, where: string) =>
      project.query(`SET allow_system_table_mods = on;
        UPDATE pg_attribute SET attoptions = '${options}' WHERE attrelid IN ('a'::regclass, 'b'::regclass, 'v'::regclass) AND ${where}`)
    await mark('{pg_attver=22159328}', 'attnum > 0')
    expect(await project.ok(...drift)).toContain('No drift')
    await mark('{pg_attver=22159328,n_distinct=5}', "attname = 'n'")
    const { result } = JSON.parse(await project.ok(...drift, '--json'))
    expect(result.drift.differences).toMatchObject([{ kind: 'column', name: 'a.n' }])
    expect(await project.ok('db', 'schema', 'diff', 'local', 'migrations', '--sql')).not.toContain('attver')
  })

  test('is refused in words where a file of what was applied is missing', async () => {
    const project = await applied()
    project.write({ '002_b.sql': null })
    const { code, stderr } = await project.nself(...drift)
    expect(code).toBe(3)
    expect(stderr).toContain('002_b is missing')
  })
})

test('up in production tells what was changed by hand before it asks, and replays nothing where the schema is as it was', async () => {
  const project = await server.project(first)
  const up = ['db', 'migrate', 'up', '--env', 'production', '--no-backup', '--yes']
  await project.ok(...up)
  project.write({ '004_c.sql': files['004_c.sql'] })
  const [, rights, both] = await Promise.all([server.twin(project), server.twin(project), server.twin(project)])
  const same = await project.nself(...up)
  expect(same.code, same.stderr).toBe(0)
  expect(same.stderr).not.toMatch(/drift|rights/)
  await rights.query('GRANT SELECT ON a TO pg_monitor')
  const granted = await rights.nself(...up.slice(0, -1))
  expect(granted.code).toBe(3)
  expect(granted.stderr).toContain('owners or rights of objects have changed since 003_rows')
  expect(granted.stderr).toContain('Warning: drift: ~ Table: a (different grants)')
  await both.query('CREATE INDEX by_hand ON a (n)')
  const changed = await both.nself(...up.slice(0, -1))
  expect(changed.code).toBe(3)
  expect(changed.stderr).toMatch(/Warning: drift \(since 003_rows\): .*by_hand[\s\S]*not confirmed/)
})

describe('repair --infer', () => {
  test('finds the version of a database whose tracking is lost', async () => {
    const project = await server.project({ '001_a.sql': files['001_a.sql'], '002_b.sql': files['002_b.sql'] })
    await project.up()
    await project.query('DROP SCHEMA nself CASCADE')
    project.write({ '003_rows.sql': files['003_rows.sql'], '004_c.sql': files['004_c.sql'] })
    const found = await project.nself('db', 'migrate', 'repair', '--infer')
    expect(found.stdout + found.stderr).toContain('The database has the schema of 002_b')
    expect(found.stdout + found.stderr).toContain('up to 003_rows')
    // Of fixes that exclude each other one is recommended.
    const recommended = found.stdout.split('\n').filter((line) => line.endsWith('(recommended)'))
    expect(recommended).toEqual(['    nself db migrate repair --baseline 3   (recommended)'])
    expect(found.stdout).toContain('the schema is that of 002_b: record everything up to it as applied; up then runs')
    await project.ok('db', 'migrate', 'repair', '--baseline', '2')
    expect(await project.statuses()).toEqual(['001_a applied', '002_b applied', '003_rows pending', '004_c pending'])
    expect(await project.ok(...drift)).not.toContain('Index')
  })

  test('names the closest when none fits', async () => {
    const project = await applied()
    await project.query('DROP SCHEMA nself CASCADE; CREATE TABLE by_hand (id int)')
    const { stdout, stderr } = await project.nself('db', 'migrate', 'repair', '--infer')
    expect(stdout + stderr).toContain('the closest is 004_c, with 1 difference:')
    expect(stdout + stderr).toContain('Table: by_hand')
  })
})
