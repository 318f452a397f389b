import { describe, expect, test } from 'vitest'
import { majorsInContainers, startContainer } from '../helpers/containers.ts'
import { postgres14 } from '../helpers/postgres-14.ts'
import { type Project, useServer, useServerFrom } from '../helpers/project.ts'

async function isMajor(project: Project, major: number): Promise<void> {
  expect(await project.query("SELECT current_setting('server_version_num')::int / 10000")).toEqual([[major]])
}

async function goesAllTheWay(project: Project): Promise<void> {
  await project.ok('db', 'migrate', 'up')
  const statuses = await project.statuses()
  expect(statuses).toHaveLength(16)
  expect(statuses.filter((line) => !line.endsWith(' applied'))).toEqual([])
  expect(await project.tables()).toContain('orders')
  await project.ok('db', 'migrate', 'down', '--to', '0')
  expect(await project.tables()).toEqual([])
  await project.ok('db', 'migrate', 'up')
  expect(await project.statuses()).toEqual(statuses)
  await project.ok('db', 'migrate', 'fresh')
  expect(await project.statuses()).toEqual(statuses)
}

async function tellsWhereItFails(project: Project): Promise<void> {
  const { code, stderr } = await project.nself('db', 'migrate', 'up')
  expect(code).toBe(4)
  expect(stderr).toContain('001_a.sql:2:8')
}

function behaves(major: number, server: { project: (files: Record<string, string> | 'sample') => Promise<Project> }) {
  test('the sample project goes up, down to nothing, up again and through fresh', async () => {
    const project = await server.project('sample')
    await isMajor(project, major)
    await goesAllTheWay(project)
  })

  test('an error is found in its file', async () => {
    await tellsWhereItFails(await server.project({ '001_a.sql': '-- UP\nSELECT nowhere;\n' }))
  })
}

describe('PostgreSQL 18', () => behaves(18, useServer()))
describe('PostgreSQL 14', () => behaves(14, useServer(postgres14)))

for (const major of await majorsInContainers()) {
  describe(`PostgreSQL ${major} in a container`, () =>
    behaves(
      major,
      useServerFrom(async () => {
        const { url, container } = await startContainer(major)
        return { url, stop: async () => void (await container.stop()) }
      }),
    ))
}
