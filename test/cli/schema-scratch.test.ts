import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { postgres14 } from '../helpers/postgres-14.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const design = 'Table a {\n  id int [pk]\n}\n'
const slow = { '001_slow.sql': '-- UP\nSELECT pg_sleep(600);\n' }

function drawn(project: Project, text = design): Project {
  writeFileSync(join(project.root, 'schema.dbml'), text)
  return project
}

const filesOf = ({ root }: Project) => readdirSync(join(root, 'nself', 'migrations')).sort()
const scratches = "SELECT datname FROM pg_database WHERE datname ^@ 'nself_scratch_'"
const isReplaying =
  "EXISTS (SELECT FROM pg_stat_activity WHERE datname ^@ 'nself_scratch_' AND query LIKE '%pg_sleep%' AND state = 'active')"

describe('scratch databases', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s in the middle of an import leaves none, and no file', async (signal, status) => {
    const project = drawn(await server.project(slow))
    const running = project.start('db', 'schema', 'import', 'schema.dbml', '--shadow-url', project.url)
    await project.until(isReplaying)
    running.kill(signal)
    const { code, stderr } = await running.finished
    expect(code, stderr).toBe(status)
    expect(stderr).toContain('interrupted')
    expect(await project.query(scratches)).toEqual([])
    expect(filesOf(project)).toEqual(['001_slow.sql'])
  })

  test('those of a command that was killed are swept by the next; those of one that runs are left alone', async () => {
    const project = drawn(await server.project(slow))
    const killed = project.start('db', 'schema', 'import', 'schema.dbml', '--shadow-url', project.url)
    await project.until(isReplaying)
    killed.kill('SIGKILL')
    await killed.finished
    const [left] = await project.query(scratches)
    expect(left).toBeDefined()
    await project.until("NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name ^@ 'nself_scratch_')")
    const other = drawn(await server.project(slow))
    const running = other.start('db', 'schema', 'import', 'schema.dbml', '--shadow-url', project.url)
    await project.until(`${isReplaying} AND NOT EXISTS (SELECT FROM pg_database WHERE datname = '${left?.[0]}')`)
    const third = drawn(await server.project({}))
    await third.ok('db', 'schema', 'import', 'schema.dbml', '--shadow-url', project.url)
    expect(await project.query(scratches)).toHaveLength(1)
    running.kill('SIGINT')
    expect((await running.finished).code).toBe(130)
    expect(await project.query(scratches)).toEqual([])
  })

  test('a role without CREATEDB works with --shadow-url, and one that may only read compares', async () => {
    const project = drawn(await server.project({ '001_a.sql': '-- UP\nCREATE TABLE a (id int PRIMARY KEY);\n' }))
    await project.up()
    await project.query("DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD 'r'")
    const url = project.url.replace(/\/\/[^@]*@/, '//reader:r@')
    const reader = await project.run(
      ['db', 'schema', 'diff', 'migrations', url, '--shadow-url', project.url, '--exit-code'],
      { env: { DATABASE_URL: url } },
    )
    expect(reader.stdout, reader.stderr).toContain('No differences')
    expect(reader.code).toBe(0)
    expect(existsSync(join(project.root, '.nself'))).toBe(false)
    const refused = await project.run(['db', 'schema', 'import', 'schema.dbml', '--shadow-url', url], {})
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('CREATEDB')
  })

  test('a template of what was replayed serves the next command, until a file is edited', async () => {
    const files = { '001_a.sql': '-- UP\nCREATE TABLE a (id int PRIMARY KEY);\n', '002_b.sql': '-- UP\nSELECT 1;\n' }
    const project = drawn(await server.project(files))
    const imported = ['db', 'schema', 'import', 'schema.dbml', '--shadow-url', project.url]
    const templates = async () =>
      (await project.query("SELECT datname FROM pg_database WHERE datname ^@ 'nself_template_' ORDER BY oid")).flat()
    const before = await templates()
    expect(await project.ok(...imported)).toContain('No changes')
    const [first, ...more] = (await templates()).filter((name) => !before.includes(name))
    expect([typeof first, more]).toEqual(['string', []])
    await project.ok(...imported)
    project.write({ '002_b.sql': '-- UP\nALTER TABLE a ADD x int;\n' })
    const { stdout } = await project.nself(...imported, '--allow-drops')
    expect(stdout).toContain('- x int')
    expect((await templates()).filter((name) => !before.includes(name))).toHaveLength(2)
  })
})

describe('on PostgreSQL 14', () => {
  const old = useServer(postgres14)

  test('a design is imported, applied, and then no change', async () => {
    const project = drawn(
      await old.project({}),
      'Enum mood {\n  ok\n}\nTable app.a {\n  id bigint [pk, increment]\n  m mood [default: \'ok\']\n  n "mood[]"\n}\n',
    )
    await project.ok('db', 'schema', 'import', 'schema.dbml')
    await project.ok('db', 'migrate', 'up')
    expect(await project.ok('db', 'schema', 'import', 'schema.dbml')).toContain('No changes')
    expect(await project.ok('db', 'migrate', 'status', '--drift')).not.toContain('differs')
  })
})
