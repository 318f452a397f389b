import { expect, test } from 'vitest'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const table = (name: string, columns: string) =>
  `-- UP\nCREATE TABLE ${name} (${columns});\n-- DOWN\nDROP TABLE ${name};\n`
const columnsOf = (name: string) =>
  `SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = '${name}'::regclass AND attnum > 0`

async function edited() {
  const project = await server.project({ '001_a.sql': table('a', 'id int'), '002_b.sql': table('b', 'id int') })
  await project.ok('db', 'migrate', 'up')
  project.write({ '001_a.sql': table('a', 'id int, note text') })
  return project
}

test('redo gives a local database what an edited file says now, as the refusal of up tells', async () => {
  const project = await edited()
  const { code, stderr } = await project.nself('db', 'migrate', 'up')
  expect(code, stderr).toBe(3)
  expect(stderr).toContain('nself db migrate redo 2')
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
  await project.ok('db', 'migrate', 'up')
  const flags = ['db', 'migrate', 'redo', '--env', 'production', '--no-backup', '--yes']
  const { code, stderr } = await project.nself(...flags)
  expect(code, stderr).toBe(3)
  expect(stderr).toContain('yes-destroy-production')
  await project.query('INSERT INTO a VALUES (1)')
  const approved = await project.nself(...flags, '--confirm', 'yes-destroy-production')
  expect(approved.code, approved.stderr).toBe(0)
  expect(await project.query('SELECT count(*)::int FROM a')).toEqual([[0]])
})
