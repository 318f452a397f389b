import { expect, test } from 'vitest'
import { useServer } from '../helpers/project.ts'
import { startProxy } from '../helpers/proxy.ts'

const server = useServer()

/** Of the connection that looks and then holds the lock: hello, the history, the lock, and letting it go. */
const looking = 4
/** Of the one that works: hello, the history under the lock, and all migrations with what goes around them. */
const working = 3

const migrations = Array.from({ length: 50 }, (_, i) => [
  `${i + 1}_t.sql`,
  `-- UP\nCREATE TABLE t${i + 1} (id int);\n-- DOWN\nDROP TABLE t${i + 1};\n`,
])

test.concurrent.each([
  ['up', ['up']],
  ['down', ['up'], ['down', '--to', '0']],
  ['up of the last one', ['up', '49'], ['up']],
])('%s takes as many round trips as with one migration', async (_, ...commands) => {
  const project = await server.project(Object.fromEntries(migrations))
  const command = commands.pop() ?? []
  for (const before of commands) await project.ok('db', 'migrate', ...before)
  const proxy = await startProxy(project.url, { delayMs: 1_000 })
  await project.ok('db', 'migrate', ...command, '--database-url', proxy.url)
  expect(proxy.turns()).toEqual([looking, working])
  await proxy.close()
})

test.concurrent.each(['status', 'up'])('%s with nothing to do takes two round trips', async (command) => {
  const project = await server.project(Object.fromEntries(migrations))
  await project.ok('db', 'migrate', 'up')
  const proxy = await startProxy(project.url, { delayMs: 1_000 })
  await project.ok('db', 'migrate', command, '--database-url', proxy.url)
  expect(proxy.turns()).toEqual([2])
  await proxy.close()
})
