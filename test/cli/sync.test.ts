import { expect, test } from 'vitest'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const table = (name: string, columns = 'id int') =>
  `-- UP\nCREATE TABLE ${name} (${columns});\n-- DOWN\nDROP TABLE ${name};\n`

/** As after git switch: 002 of one branch is applied, the files are those of another. */
async function switched(files: Record<string, string> = { '002_other.sql': table('other'), '003_c.sql': table('c') }) {
  const project = await server.project({ '001_a.sql': table('a'), '002_b.sql': table('b') })
  await project.up()
  project.write({ '002_b.sql': null })
  project.write(files)
  return project
}

test('sync reverts what another branch has applied by its stored DOWN, and applies the files that are here', async () => {
  const project = await switched()
  const refused = await project.nself('db', 'migrate', 'up')
  expect(refused.code, refused.stderr).toBe(3)
  expect(refused.stderr).toContain('nself db migrate sync')
  const stdout = await project.ok('db', 'migrate', 'sync')
  expect(stdout).toContain('Reverted 1 and applied 2 migrations in')
  expect(await project.tables()).toEqual(['a', 'c', 'other'])
  expect(await project.statuses()).toEqual(['001_a applied', '002_other applied', '003_c applied'])
  expect(await project.ok('db', 'migrate', 'sync')).toContain('up to date')
})

test('sync with nothing to do leaves the mark of a database as it is', async () => {
  const project = await server.project({ '001_a.sql': table('a') })
  await project.up()
  expect(await project.ok('db', 'migrate', 'sync', '--env', 'production')).toContain('up to date')
  expect(await project.query("SELECT value FROM nself.metadata WHERE key = 'environment'")).toEqual([['local']])
})

test('sync --dry-run shows both parts and changes nothing', async () => {
  const project = await switched()
  const stdout = await project.ok('db', 'migrate', 'sync', '--dry-run')
  expect(stdout).toContain('DROP TABLE b;\n\n-- 002_other\nCREATE TABLE other (id int);')
  const { result } = JSON.parse(await project.ok('db', 'migrate', 'sync', '--dry-run', '--json'))
  expect(
    result.steps.map(({ name, direction }: { name: string; direction: string }) => `${name} ${direction}`),
  ).toEqual(['002_b down', '002_other up', '003_c up'])
  expect(await project.tables()).toEqual(['a', 'b'])
})

test('sync reverts nothing where what is here cannot be applied, or what is not here has no DOWN', async () => {
  const broken = await switched({ '002_other.sql': '-- UP\nCREATE TABLE other (id int nt);\n' })
  const { code, stderr } = await broken.nself('db', 'migrate', 'sync')
  expect(code, stderr).toBe(2)
  expect(await broken.tables()).toEqual(['a', 'b'])

  const stuck = await server.project({ '001_a.sql': table('a'), '002_b.sql': '-- UP\nCREATE TABLE b (id int);\n' })
  await stuck.up()
  stuck.write({ '002_b.sql': null })
  const refused = await stuck.nself('db', 'migrate', 'sync')
  expect(refused.code, refused.stderr).toBe(3)
  expect(refused.stderr).toContain('cannot revert 002_b: no DOWN')
})

test('a DOWN that fails in a sync leaves all as it was, and the next sync finishes it', async () => {
  const project = await switched()
  await project.query('CREATE VIEW on_b AS SELECT * FROM b')
  const { code, stderr } = await project.nself('db', 'migrate', 'sync')
  expect(code, stderr).toBe(4)
  expect(await project.statuses()).toContain('002_b missing')
  await project.query('DROP VIEW on_b')
  await project.ok('db', 'migrate', 'sync')
  expect(await project.tables()).toEqual(['a', 'c', 'other'])
})

test('sync in production takes the phrase, and says in one question what it reverts and applies', async () => {
  const project = await switched()
  const flags = ['db', 'migrate', 'sync', '--env', 'production', '--no-backup', '--yes']
  const { code, stderr } = await project.nself(...flags)
  expect(code, stderr).toBe(3)
  expect(stderr).toContain('revert 1 migration and apply 2 on')
  expect(await project.tables()).toEqual(['a', 'b'])
  const approved = await project.nself(...flags, '--confirm', 'yes-destroy-production')
  expect(approved.code, approved.stderr).toBe(0)
  expect(await project.tables()).toEqual(['a', 'c', 'other'])
})

test('where a stored DOWN fails, sync is finished by what it says: down with the file, and sync again', async () => {
  const made = (down: string) => `-- UP\nCREATE TABLE theirs (id int);\n-- DOWN\nDROP TABLE theirs;\n${down}`
  const project = await server.project({
    '001_a.sql': '-- UP\nCREATE TABLE a (id int);\n',
    '002_theirs.sql': made('SELECT 1 / 0;'),
  })
  await project.up()
  project.write({ '002_theirs.sql': null })
  const failed = await project.nself('db', 'migrate', 'sync')
  expect([failed.code, failed.stderr]).toEqual([
    4,
    expect.stringContaining(
      'put 002_theirs.sql back with a DOWN that works, then: nself db migrate down; after that, in this checkout again: nself db migrate sync',
    ),
  ])
  project.write({ '002_theirs.sql': made('') })
  await project.ok('db', 'migrate', 'down')
  project.write({ '002_theirs.sql': null })
  await project.ok('db', 'migrate', 'sync')
  expect(await project.statuses()).toEqual(['001_a applied'])
})
