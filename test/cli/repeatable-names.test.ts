import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()

const view = '-- UP\nCREATE VIEW totals AS SELECT 1 AS a;\n-- DOWN\nDROP VIEW totals;\n'

/** Where a repeatable is. */
const at = ({ root }: Project, name: string) => join(root, 'nself/repeatable', `${name}.sql`)

async function withTotals(migration: string): Promise<Project> {
  const project = await server.project({ '001_a.sql': migration })
  mkdirSync(join(project.root, 'nself/repeatable'))
  writeFileSync(at(project, 'totals'), view)
  return project
}

test('a migration that has a repeatable run again under a name that none has is told', async () => {
  const project = await withTotals(
    '-- nself: rerun total\n-- UP\nDROP VIEW IF EXISTS totals;\n-- DOWN\n-- nself: nothing-to-do\n',
  )
  const warning = '001_a.sql says -- nself: rerun total, and no repeatable has that name'
  expect((await project.nself('db', 'migrate', 'up', '--dry-run')).stderr).toContain(warning)
  expect((await project.nself('db', 'migrate', 'up')).stderr).toContain(warning)
  expect((await project.nself('db', 'migrate', 'up')).stderr).not.toContain('has that name')
})

test('a repeatable whose file was renamed and edited, and that makes what is there, leads to its old name', async () => {
  const project = await withTotals('-- UP\nCREATE TABLE a (id int);\n-- DOWN\nDROP TABLE a;\n')
  await project.ok('db', 'migrate', 'up')
  renameSync(at(project, 'totals'), at(project, 'sums'))
  appendFileSync(at(project, 'sums'), 'DROP TABLE IF EXISTS b;\n')
  const { code, stderr } = await project.nself('db', 'migrate', 'up')
  expect([code, stderr]).toEqual([4, expect.stringContaining('give it its old name back, or write CREATE OR REPLACE')])
})
