import { expect, test } from 'vitest'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const table = (name: string, columns: string) =>
  `-- UP\nCREATE TABLE ${name} (${columns});\n-- DOWN\nDROP TABLE ${name};\n`
const columnsOf = (name: string) =>
  `SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = '${name}'::regclass AND attnum > 0`

async function edited() {
  const project = await server.project({ '001_a.sql': table('a', 'id int'), '002_b.sql': table('b', 'id int') })
  await project.up()
  project.write({ '001_a.sql': table('a', 'id int, note text') })
  return project
}

test('redo gives a local database what an edited file says now, as the refusal of up tells', async () => {
  const project = await edited()
  const { code, stderr } = await project.nself('db', 'migrate', 'up')
  expect(code, stderr).toBe(3)
  expect(stderr).toContain('nself db migrate redo 2 --env local')
  await project.ok('db', 'migrate', 'redo', '2')
  expect(await project.query(columnsOf('a'))).toEqual([['id, note']])
  expect(await project.statuses()).toEqual(['001_a applied', '002_b applied'])
})

test('redo reverts nothing that it cannot apply again', async () => {
  const project = await edited()
  const { code, stderr } = await project.nself('db', 'migrate', 'redo')
  expect(code, stderr).toBe(3)
  expect(stderr).toContain('001_a')
  expect(await project.tables()).toEqual(['a', 'b'])
})

test('redo in production wants the phrase, and without it changes nothing', async () => {
  const project = await server.project({ '001_a.sql': table('a', 'id int') })
  await project.up()
  const flags = ['db', 'migrate', 'redo', '--env', 'production', '--no-backup', '--yes']
  const { code, stderr } = await project.nself(...flags)
  expect(code, stderr).toBe(3)
  expect(stderr).toContain('yes-destroy-production')
  await project.query('INSERT INTO a VALUES (1)')
  const approved = await project.nself(...flags, '--confirm', 'yes-destroy-production')
  expect(approved.code, approved.stderr).toBe(0)
  expect(await project.query('SELECT count(*)::int FROM a')).toEqual([[0]])
})

test('redo asks all that it has to ask before it reverts anything', async () => {
  const project = await server.project({ '001_a.sql': table('a', 'id int'), '002_b.sql': table('b', 'id int') })
  await project.up()
  project.write({ '002_b.sql': `-- UP\nDELETE FROM a;\nCREATE TABLE b (id int, note text);\n-- DOWN\nDROP TABLE b;\n` })
  const flags = ['db', 'migrate', 'redo', '--env', 'production', '--no-backup']
  const refused = await project.nself(...flags, '--yes')
  expect(refused.code, refused.stderr).toBe(3)
  expect(refused.stderr).toContain('revert 1 migration and apply it again on')
  expect(refused.stderr).toContain('deletes all rows of a')
  expect(await project.query(columnsOf('b'))).toEqual([['id']])
  const approved = await project.nself(...flags, '--confirm', 'yes-destroy-production')
  expect(approved.code, approved.stderr).toBe(0)
  expect(await project.query(columnsOf('b'))).toEqual([['id, note']])
})

test('redo reverts nothing whose UP PostgreSQL cannot parse', async () => {
  const project = await edited()
  project.write({ '002_b.sql': '-- UP\nCREATE TABLE b (id int nt);\n-- DOWN\nDROP TABLE b;\n' })
  const { code, stderr } = await project.nself('db', 'migrate', 'redo', '2')
  expect(code, stderr).toBe(2)
  expect(stderr).toContain('nself/migrations/002_b.sql:2:')
  expect(await project.tables()).toEqual(['a', 'b'])
})

test('a redo whose UP fails says what is reverted, and that up applies it', async () => {
  const project = await server.project({ '001_a.sql': table('a', 'id int'), '002_b.sql': table('b', 'id int') })
  await project.up()
  project.write({
    '002_b.sql':
      '-- UP\nCREATE TABLE b (id int DEFAULT (1/0));\nINSERT INTO b DEFAULT VALUES;\n-- DOWN\nDROP TABLE b;\n',
  })
  const { code, stderr } = await project.nself('db', 'migrate', 'redo')
  expect(code, stderr).toBe(4)
  expect(stderr).toContain('Next: 002_b is reverted; once the cause is fixed: nself db migrate up\n')
  expect(await project.statuses()).toEqual(['001_a applied', '002_b pending'])
  project.write({ '002_b.sql': table('b', 'id int') })
  await project.ok('db', 'migrate', 'up')
})
