import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { logPathOf } from '../../src/postgres/embedded/folder.ts'
import { firstFormatFiles, firstFormatSql } from '../helpers/first-format.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const c = { '003_c.sql': '-- UP\nCREATE TABLE c (id int);\n-- DOWN\nDROP TABLE c;\n' }
const formats = (project: Project) => project.query("SELECT value FROM nself.metadata WHERE key = 'format'")

describe('a history of the first format', () => {
  const make = async () => {
    const project = await server.project({ ...firstFormatFiles, ...c })
    await project.query(firstFormatSql)
    return project
  }

  test('is read as it is by status, which changes nothing', async () => {
    const project = await make()
    expect(await project.statuses()).toEqual(['001_a applied', '002_b applied', '003_c pending'])
    expect(await formats(project)).toEqual([])
  })

  test('is brought up to the present format by up, without a word, and keeps its rows', async () => {
    const project = await make()
    const { code, stderr } = await project.nself('db', 'migrate', 'up')
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/^Applying 1 migration to .*\n✓ 003_c .*\n$/)
    expect(await formats(project)).toEqual([['4']])
    await project.ok('db', 'migrate', 'down', '--to', '0')
    expect(await project.tables()).toEqual([])
    await project.ok('db', 'migrate', 'up')
    expect(await project.tables()).toEqual(['a', 'b', 'c'])
  })

  test('is reverted first of all', async () => {
    const project = await make()
    await project.ok('db', 'migrate', 'down', '2')
    expect(await project.tables()).toEqual([])
    expect(await formats(project)).toEqual([['4']])
  })

  test('is repaired', async () => {
    const project = await make()
    await project.ok('db', 'migrate', 'repair', '--forget', '2')
    expect(await project.statuses()).toEqual(['001_a applied', '002_b pending', '003_c pending'])
  })
})

test('a new database has the present format from its first run on', async () => {
  const project = await server.project(firstFormatFiles)
  await project.ok('db', 'migrate', 'up')
  expect(await formats(project)).toEqual([['4']])
})

test('a format that is no number is put right by the next run', async () => {
  const project = await server.project(firstFormatFiles)
  await project.ok('db', 'migrate', 'up', '1')
  await project.query("UPDATE nself.metadata SET value = 'x' WHERE key = 'format'")
  expect(await project.statuses()).toEqual(['001_a applied', '002_b pending'])
  await project.ok('db', 'migrate', 'up')
  expect(await formats(project)).toEqual([['4']])
})

test('a history of a format that is newer than the program stops every command, which says so', async () => {
  const project = await server.project(firstFormatFiles)
  await project.ok('db', 'migrate', 'up', '1')
  await project.query("UPDATE nself.metadata SET value = '5' WHERE key = 'format'")
  for (const command of [['status'], ['up'], ['down'], ['repair']]) {
    const { code, stderr } = await project.nself('db', 'migrate', ...command)
    expect(code, stderr).toBe(2)
    expect(stderr).toContain('a newer nself wrote the history of this database: its format is 5')
    expect(stderr).toContain('npm install nself@latest')
  }
  expect(await project.tables()).toEqual(['a'])
})

test('a first run makes no errors in the log of the server, and neither does a look before it', async () => {
  const project = await server.project({ '001_a.sql': 'CREATE TABLE a (id int);' })
  const log = () => readFileSync(logPathOf(join(dirname(project.root), '.nself')), 'utf8')
  const before = log().length
  for (const command of [['status', '--drift'], ['repair'], ['up', '--dry-run'], ['up']]) {
    await project.ok('db', 'migrate', ...command)
  }
  await project.query("DO $$ BEGIN RAISE LOG 'that is all'; END $$")
  const lines = log().slice(before).split('\n')
  expect(lines.some((line) => line.includes('that is all'))).toBe(true)
  expect(lines.filter((line) => line.includes('ERROR: '))).toEqual([])
})
