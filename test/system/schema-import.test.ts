import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { canonicalDefinition } from '../../src/core/schema/canonical-definition.ts'
import { type DesignVersion, designVersions, importOver } from '../helpers/design-versions.ts'
import { postgres14 } from '../helpers/postgres-14.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer(postgres14)

/** What pg_dump makes of the schema, line by line, sorted: a column that comes again comes last. */
function schemaOf({ url }: Project): string[] {
  const args = ['--schema-only', '--exclude-schema=nself', url]
  const { status, stdout, stderr } = spawnSync('pg_dump', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  const lines = stdout.split('\n').filter((line) => line !== '' && !/^(?:--|\\)/.test(line))
  return lines.map((line) => canonicalDefinition(line.replace(/,$/, ''))).sort()
}

test.concurrent.each(designVersions)(
  'pg_dump sees the same on PostgreSQL 14: $what',
  async (version: DesignVersion) => {
    const project = await server.project({ '001_before.sql': `-- UP\n${version.sql};\n` })
    await importOver(project, version, async () => {
      const schema = schemaOf(project)
      return async () => expect(schemaOf(project)).toEqual(schema)
    })
  },
)
