import { expect, test } from 'vitest'
import { differencesOf } from '../../src/core/schema/differences.ts'
import { catalogOf, type DesignVersion, designVersions, importOver } from '../helpers/design-versions.ts'
import { useServer } from '../helpers/project.ts'

const server = useServer()

test.concurrent.each(designVersions.map((version) => [version.what, version] as const))(
  'a design is imported both ways: %s',
  async (_, version: DesignVersion) => {
    const project = await server.project({ '001_before.sql': `-- UP\n${version.sql};\n` })
    await importOver(project, version, async () => {
      const catalog = await catalogOf(project)
      return async () => expect(differencesOf(await catalogOf(project), catalog)).toEqual([])
    })
  },
)
