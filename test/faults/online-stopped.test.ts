import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { certain } from '../../src/core/certain.ts'
import { parseFileName } from '../../src/core/migration/file-name.ts'
import { parseMigration } from '../../src/core/migration/parse-file.ts'
import type { Section } from '../../src/core/migration/section.ts'
import { differencesOf, withoutNotNullNames } from '../../src/core/schema/differences.ts'
import { catalogOf } from '../helpers/design-versions.ts'
import { writeSeries } from '../helpers/online.ts'
import { quickChanges, rewritingChanges } from '../helpers/online-changes.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()

/** What commits by itself: the whole section, or each of its statements. */
function unitsOf(section: Section): string[] {
  if (section.kind !== 'held' || section.batch !== null) return []
  if (section.transaction) return [section.sql]
  const statements = [...section.statements].map(({ start, end }) => section.sql.slice(start, end))
  return statements.some((sql) => sql === 'BEGIN') ? [section.sql] : statements
}

const schemaOf = async (project: Project) => withoutNotNullNames(await catalogOf(project))

test.concurrent.each([...quickChanges, ...rewritingChanges].map((change) => [change.what, change] as const))(
  'each file of a series is reverted by its DOWN wherever its UP has stopped: %s',
  { timeout: 120_000 },
  async (_, change) => {
    const project = await server.project({ '001_before.sql': `-- UP\n${change.sql};\n` })
    await project.query(change.sql)
    const { files } = await writeSeries(project, change)
    for (const path of files) {
      const text = readFileSync(join(project.root, path), 'utf8')
      const { up, down } = parseMigration(path, certain(parseFileName(basename(path))), text)
      const units = unitsOf(up)
      const before = units.length < 2 ? null : await schemaOf(project)
      for (let stop = 1; stop < units.length; stop++) {
        for (const sql of units.slice(0, stop)) await project.query(sql)
        for (const sql of unitsOf(certain(down))) await project.query(sql)
        expect([path, stop, differencesOf(certain(before), await schemaOf(project))]).toEqual([path, stop, []])
      }
      for (const sql of units) await project.query(sql)
    }
  },
)
