import { test } from 'vitest'
import { expectOnline } from '../helpers/online.ts'
import { quickChanges } from '../helpers/online-changes.ts'
import { useServer } from '../helpers/project.ts'

const server = useServer()

test.concurrent.each(quickChanges.map((change) => [change.what, change] as const))(
  'an online series leads both ways where the plain migration leads: %s',
  async (_, change) => {
    const files = { '001_before.sql': `-- UP\n${change.sql};\n` }
    const [project, plain] = [await server.project(files), await server.project(files)]
    await expectOnline(project, plain, change)
  },
)
