import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { down } from '../../src/commands/db/migrate/down.ts'
import { up } from '../../src/commands/db/migrate/up.ts'
import { importDesign } from '../../src/commands/db/schema/import.ts'
import { differencesOf } from '../../src/core/schema/differences.ts'
import { readCatalog } from '../../src/postgres/catalog/read.ts'
import { contextIn } from '../helpers/context.ts'
import { type DesignVersion, designVersions } from '../helpers/design-versions.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const flags = { dryRun: false, allowOutOfOrder: false, singleTransaction: false, lockWaitMs: 60_000 }

async function imported(project: Project, design: string, renames: readonly string[] = []) {
  writeFileSync(join(project.root, 'schema.dbml'), design)
  const options = { file: 'schema.dbml', name: null, allowDrops: true, renames }
  return importDesign(contextIn(project), options)
}

async function catalogOf(project: Project) {
  const client = await project.connect()
  return readCatalog(client)
}

async function holds(project: Project, [sql, ...rows]: readonly [string, ...unknown[][]]) {
  expect(await project.query(`${sql}`)).toEqual(rows)
}

test.each(designVersions)('$what', async (version: DesignVersion) => {
  const project = await server.project({ '001_before.sql': `-- UP\n${version.sql};\n` })
  const context = contextIn(project)
  await up(context, { ...flags, limit: {} })
  if (version.rows !== undefined) await project.query(version.rows)
  const before = await catalogOf(project)
  const { files } = await imported(project, version.design, version.renames)
  expect(files).toHaveLength(version.files ?? 1)
  await up(context, { ...flags, limit: {} })
  if (version.up !== undefined) await holds(project, version.up)
  const after = await catalogOf(project)
  expect(await imported(project, version.design)).toMatchObject({ files: [], differences: [] })
  await down(context, { ...flags, limit: { count: files.length } })
  if (version.down !== undefined) await holds(project, version.down)
  expect(differencesOf(await catalogOf(project), before)).toEqual([])
  await up(context, { ...flags, limit: {} })
  expect(differencesOf(await catalogOf(project), after)).toEqual([])
})
