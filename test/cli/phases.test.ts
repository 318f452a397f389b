import { expect, test } from 'vitest'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const files = {
  '001_users.sql': '-- UP\nCREATE TABLE users (name text, full_name text);\n-- DOWN\nDROP TABLE users;\n',
  '002_drop_name.sql':
    '-- nself: phase contract\n-- UP\nALTER TABLE users DROP COLUMN name;\n-- DOWN\nALTER TABLE users ADD COLUMN name text;\n',
  '003_index.sql': '-- UP\nCREATE INDEX on_full_name ON users (full_name);\n-- DOWN\nDROP INDEX on_full_name;\n',
}

test('what waits for a release stays pending in the expand phase, runs after it, and is reverted first', async () => {
  const project = await server.project(files)
  await project.ok('db', 'migrate', 'up', '--phase', 'expand')
  expect(await project.statuses()).toEqual(['001_users applied', '002_drop_name pending', '003_index applied'])
  const status = await project.ok('db', 'migrate', 'status', '--check', '--phase', 'expand')
  expect(status).toMatch(/002 +drop_name +Pending, contract/)
  expect(status).toContain('Next: when the new release is out: nself db migrate up')
  expect((await project.nself('db', 'migrate', 'status', '--check')).code).toBe(6)
  expect(await project.ok('db', 'migrate', 'up', '--phase', 'expand')).toMatch(
    /Nothing to do: .*\n002_drop_name waits until the new release is out; then: nself db migrate up$/m,
  )
  await project.ok('db', 'migrate', 'up')
  expect(await project.query('SELECT version::text, phase FROM nself.migrations WHERE phase IS NOT NULL')).toEqual([
    ['2', 'contract'],
  ])
  expect((await project.nself('db', 'migrate', 'status', '--check', '--drift')).code).toBe(0)
  await project.ok('db', 'migrate', 'down')
  expect(await project.statuses()).toEqual(['001_users applied', '002_drop_name pending', '003_index applied'])
})

test('update takes the phase too, and an unknown phase is a usage error', async () => {
  const project = await server.project(files)
  await project.ok('db', 'update', '--phase', 'expand')
  expect(await project.statuses()).toEqual(['001_users applied', '002_drop_name pending', '003_index applied'])
  expect(await project.nself('db', 'migrate', 'up', '--phase', 'contract')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('expand'),
  })
})

test('status leads to the run of the phase that was asked for, and says what would stop it', async () => {
  const project = await server.project(files)
  const status = () => project.nself('db', 'migrate', 'status', '--phase', 'expand')
  expect((await status()).stdout).toMatch(/^Next: nself db migrate up --phase expand$/m)
  project.write({ '004_later.sql': '-- depends_on: 002_drop_name\n-- UP\nCREATE TABLE later ();\n' })
  expect((await status()).stderr).toContain(
    'Warning: 004_later depends on 002_drop_name, which waits until the new release is out',
  )
})
