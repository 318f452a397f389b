import { test } from 'vitest'
import { expectOnline } from '../helpers/online.ts'
import { quickChanges } from '../helpers/online-changes.ts'
import { useServer } from '../helpers/project.ts'

const server = useServer()

test.concurrent.each(quickChanges)('leads both ways where the plain migration leads: $what', async (change) => {
  const files = { '001_before.sql': `-- UP\n${change.sql};\n` }
  const [project, plain] = [await server.project(files), await server.project(files)]
  await expectOnline(project, plain, change)
})
